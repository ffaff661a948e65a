"""A judgement as the text of a file, and back; people may write such a file by hand."""

from typing import get_args

from geoflow.adapters.plain_fields import plain_fields
from geoflow.adapters.question_layout import dumped, scalar
from geoflow.adapters.question_nodes import UnreadableQuestionError, document
from geoflow.questions.feedback import Feedback, Judgement

_FIELDS = ("target", "verdict", "by", "kind", "at", "reason")


def feedback_text(feedback: Feedback) -> str:
    """Write the file of a judgement."""
    fields = {name: scalar(getattr(feedback, name), quoted=name == "at") for name in _FIELDS}
    if not feedback.reason:
        del fields["reason"]
    return dumped(fields)


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
    kind = found["kind"].word(("person", "agent"))
    at, reason = (found[name].text() if name in found else "" for name in ("at", "reason"))
    by = found["by"].text()
    return Feedback(found["target"].text(), verdict, by, "person" if kind == "person" else "agent", at, reason)


def _plain(content: bytes) -> Feedback | None:
    """Read a file as geoflow writes most of them; None for all that needs a YAML reader or a complaint."""
    found = plain_fields(content, _FIELDS) or {}
    verdict, kind = found.get("verdict"), found.get("kind")
    if not (found.get("target", "").strip() and found.get("by", "").strip()) or verdict not in get_args(Judgement):
        return None
    if kind not in ("person", "agent"):
        return None
    return Feedback(
        found["target"],
        verdict,  # type: ignore[arg-type]
        found["by"],
        "person" if kind == "person" else "agent",
        found.get("at", ""),
        found.get("reason", ""),
    )
