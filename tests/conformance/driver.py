"""The other end of driver.mjs: functions of the npm CLI that no command line reaches, many questions a process."""

import base64
import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from geoflow.openspec import Counts, Refusal, merge
from tests.conformance.mutants import Pair
from tests.conformance.refusals import refusal_code, refusal_of
from tests.conftest import NPM_OPENSPEC

DRIVER = Path(__file__).with_name("driver.mjs")
CAPABILITY, CHANGE = "area/cap", "add-x"


class Outcome(NamedTuple):
    """What came of a merge: a refusal's code, or what would be written with all that is told about it."""

    refusal: str
    text: bytes = b""
    counts: Counts = Counts()
    warnings: int = 0
    bare: bool = False
    unaccounted: tuple[str, ...] = ()


def ask(questions: Iterable[dict[str, Any]]) -> list[Any]:
    """Put questions to the npm CLI's functions, in one process."""
    assert NPM_OPENSPEC
    package = next(folder for folder in Path(NPM_OPENSPEC).resolve().parents if (folder / "package.json").is_file())
    text = "".join(json.dumps(question) + "\n" for question in questions)
    with tempfile.TemporaryDirectory(prefix="geoflow-driver-") as folder:
        command = ["node", str(DRIVER), str(package), str(Path(folder).resolve())]
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def encoded(text: str) -> bytes:
    """Give the bytes of a document."""
    return text.encode("utf-8", "surrogateescape")


def their_merges(pairs: Iterable[Pair], capability: str = CAPABILITY) -> list[Outcome]:
    """Let the npm CLI merge deltas into specs."""
    questions = [
        {
            "ask": "merge",
            "delta": base64.b64encode(encoded(pair.delta)).decode(),
            "spec": None if pair.spec is None else base64.b64encode(encoded(pair.spec)).decode(),
            "capability": capability,
            "change": CHANGE,
        }
        for pair in pairs
    ]
    return [_outcome(answer) for answer in ask(questions)]


def _outcome(answer: dict[str, Any]) -> Outcome:
    if "throws" in answer:
        return Outcome(refusal_of(answer["throws"]))
    unaccounted = tuple(answer["unaccounted"]) if answer["bare"] else ()
    text = base64.b64decode(answer["text"])
    return Outcome("", text, Counts(**answer["counts"]), answer["warnings"], answer["bare"], unaccounted)


def our_merge(pair: Pair, capability: str = CAPABILITY) -> Outcome:
    """Merge a delta into a spec with geoflow."""
    found = merge(pair.delta, pair.spec, capability=capability, change=CHANGE)
    if isinstance(found, Refusal):
        return Outcome(refusal_code(found.code))
    return Outcome("", encoded(found.text), found.counts, len(found.warnings), found.bare, found.unaccounted)
