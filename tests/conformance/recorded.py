"""The answers of the npm CLI that were recorded while its own tests ran, where they lie beside the project."""

import gzip
import json
from typing import Any

from tests.conftest import CORPUS

FOLDER = CORPUS.parent / "conformance"


def cases(kind: str) -> list[dict[str, Any]]:
    """Read the records of one kind."""
    packed = FOLDER / f"{kind}.jsonl.gz"
    data = gzip.decompress(packed.read_bytes()) if packed.is_file() else (FOLDER / f"{kind}.jsonl").read_bytes()
    return [json.loads(line) for line in data.decode().splitlines()]
