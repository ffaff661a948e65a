"""What was read from question files, kept by their content: reading YAML takes milliseconds a file."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from geoflow.adapters.kept_texts import KeptTexts
from geoflow.adapters.question_nodes import UnreadableQuestionError
from geoflow.ports import BrokenFile
from geoflow.questions.question import About, Evidence, Mark, Question, Reply, Step

VERSION = 3
"""Of what is kept and of how a file is read; a cache of another version is built anew."""
MOST = 20_000
"""Files kept; what was read longest ago goes first."""
_WAIT_SECONDS = 0.5


class QuestionCache:
    """Remembers what files hold. Safe for parallel processes; a broken, locked or unwritable file fails no read.

    Args:
        file: Where it lies; None remembers nothing.
    """

    def __init__(self, file: Path | None) -> None:
        self._kept = KeptTexts(file, version=VERSION, most=MOST, wait=_WAIT_SECONDS)

    def read_all(
        self, files: Mapping[str, bytes], read: Callable[[str, bytes], Question]
    ) -> dict[str, Question | BrokenFile]:
        """Read files, those that are not remembered by `read`: {path: what it holds, or what is wrong with it}."""
        keys = {path: _key(path, content) for path, content in files.items()}
        held = self._kept.held(keys.values())
        found: dict[str, Question | BrokenFile] = {}
        fresh: dict[str, str] = {}
        for path, key in keys.items():
            known = _decoded(path, held.get(key, ""))
            found[path] = known or _read(path, files[path], read)
            if known is None:
                fresh[key] = _encoded(found[path])
        if fresh:
            self._kept.keep(fresh)
        return found


def _key(path: str, content: bytes) -> str:
    # The path belongs to it: a file's name is the question's id.
    name = path.encode("utf-8", "surrogatepass")
    return blake2b(b"%d %s" % (len(name), name) + content, digest_size=16).hexdigest()


def _read(path: str, content: bytes, read: Callable[[str, bytes], Question]) -> Question | BrokenFile:
    try:
        return read(path, content)
    except UnreadableQuestionError as error:
        return BrokenFile(path, error.line, error.reason)


def _encoded(found: Question | BrokenFile) -> str:
    return json.dumps(asdict(found))


def _decoded(path: str, text: str) -> Question | BrokenFile | None:
    """Make the value again; None where what was kept is no such thing."""
    try:
        kept = json.loads(text)
        return BrokenFile(path, kept["line"], kept["reason"]) if "reason" in kept else _question(kept)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _question(kept: dict[str, Any]) -> Question:
    return Question(
        id=kept["id"],
        text=kept["text"],
        asked=Mark(**kept["asked"]),
        about=About(**{**kept["about"], "parts": tuple(kept["about"]["parts"])}) if kept["about"] else None,
        audience=tuple(kept["audience"]),
        options=tuple(kept["options"]),
        route=tuple(Step(**step) for step in kept["route"]),
        replies=tuple(_reply(reply) for reply in kept["replies"]),
        withdrawn=_mark(kept["withdrawn"]),
    )


def _reply(kept: dict[str, Any]) -> Reply:
    made = {
        "evidence": tuple(Evidence(**one) for one in kept["evidence"]),
        "confirmed": _mark(kept["confirmed"]),
        "rejected": _mark(kept["rejected"]),
    }
    return Reply(**{**kept, **made})


def _mark(kept: dict[str, str] | None) -> Mark | None:
    return Mark(**kept) if kept else None
