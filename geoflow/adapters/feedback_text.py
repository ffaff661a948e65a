"""A judgement as the text of a file, and back; people may write such a file by hand."""

from collections.abc import Mapping
from typing import get_args

from geoflow.adapters.plain_fields import plain_fields
from geoflow.adapters.question_layout import dumped, scalar
from geoflow.adapters.question_nodes import UnreadableQuestionError, document
from geoflow.questions.feedback import SATISFACTION, Feedback, Judgement

_FIELDS = ("target", "verdict", "by", "kind", "at", "reason", "satisfaction", "code", "quote")
_RATINGS = tuple(map(str, SATISFACTION))
_SELDOM = ("reason", "satisfaction", "code", "quote")


def feedback_text(feedback: Feedback) -> str:
    """Write the file of a judgement."""
    given = {name: str(getattr(feedback, name)) for name in _FIELDS if name not in _SELDOM or getattr(feedback, name)}
    return dumped({name: scalar(text, quoted=name == "at") for name, text in given.items()})


def read_feedback(path: str, content: bytes) -> Feedback:
    """Read one file.

    Raises:
        UnreadableQuestionError: It cannot be read as a judgement; with the line.
    """
    if plain := _plain(content):
        return plain
    if not content.strip():
        raise UnreadableQuestionError(path, 0, "it is empty")
    root = document(path, content)
    found = root.fields(_FIELDS)
    for name in ("target", "verdict", "by", "kind"):
        if name not in found or not found[name].text().strip():
            raise root.wrong(f"it has no `{name}`")
    verdict: Judgement = found["verdict"].word(get_args(Judgement))  # type: ignore[assignment]
    found["kind"].word(("person", "agent"))
    if "satisfaction" in found:
        found["satisfaction"].word(_RATINGS)
    return _made(verdict, {name: value.text() for name, value in found.items()})


def _plain(content: bytes) -> Feedback | None:
    """Read a file as geoflow writes most of them; None for all that needs a YAML reader or a complaint."""
    found = plain_fields(content, _FIELDS) or {}
    verdict, kind = found.get("verdict"), found.get("kind")
    if not (found.get("target", "").strip() and found.get("by", "").strip()) or verdict not in get_args(Judgement):
        return None
    if kind not in ("person", "agent") or found.get("satisfaction", "1") not in _RATINGS:
        return None
    return _made(verdict, found)  # type: ignore[arg-type]


def _made(verdict: Judgement, found: Mapping[str, str]) -> Feedback:
    return Feedback(
        found["target"],
        verdict,
        found["by"],
        "person" if found["kind"] == "person" else "agent",
        found.get("at", ""),
        found.get("reason", ""),
        int(found.get("satisfaction", "0")),
        found.get("code", ""),
        found.get("quote", ""),
    )
