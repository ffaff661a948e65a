"""What `bench model` found out about the models of this user's machine, kept in the user's data folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from geoflow.adapters.folders import profiles_file
from geoflow.adapters.whole_file import replace_file
from geoflow.errors import GeoflowError
from geoflow.metrics.bench_items import VERSION

_LARGEST = 1_000_000


class ModelProfiles:
    """The results by backend and model, the last one of each. A file that cannot be read holds none.

    Args:
        file: Where they are kept; the user's own unless told.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or profiles_file()

    def profile(self, backend: str, model: str) -> Literal["small", "large"]:
        """Give the way of working for a model; `small` for one that was never benched, or by an older set."""
        result = self._read().get(_key(backend, model))
        fits = isinstance(result, dict) and (result.get("set"), result.get("profile")) == (VERSION, "large")
        return "large" if fits else "small"

    def keep(self, result: Mapping[str, Any]) -> None:
        """Keep a result (`geoflow.bench-model/1`) in the place of an older one of the same model.

        Raises:
            GeoflowError: `result-not-kept` where the folder cannot be written.
        """
        results = self._read() | {_key(str(result["backend"]), str(result["model"])): dict(result)}
        try:
            replace_file(self._file, json.dumps(results, indent=1).encode())
        except OSError as error:
            raise GeoflowError(
                f"{self._file} cannot be written: {error.strerror or error}; the result is not kept.",
                fix="Make your data folder writable, or set llm.profile yourself.",
                code="result-not-kept",
            ) from error

    def _read(self) -> dict[str, Any]:
        try:
            if self._file.stat().st_size > _LARGEST:
                return {}
            results = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return results if isinstance(results, dict) else {}


def _key(backend: str, model: str) -> str:
    return f"{backend} {model}"
