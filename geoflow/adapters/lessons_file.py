"""`openspec/workflow/lessons.yaml`: records that are only added; read strictly, since each reaches a prompt."""

from collections.abc import Mapping
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, get_args

from geoflow.adapters.question_nodes import NotYamlError, UnreadableQuestionError, Value, compose
from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.lesson import LONGEST, Advice, Lesson, State

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

LESSONS_FILE = "openspec/workflow/lessons.yaml"
_LARGEST = 1_000_000
_ID = 40
_FIELDS = (*("id", "text", "code", "strategy", "advice", "support", "helped", "harmed", "state", "expires", "reason"),)
_NEEDED = ("id", "text", "code", "state")
_HEAD = (
    "# What `geoflow improve` has learnt from the fate of its edits: one of these may go into a prompt, as data.\n"
    "# Records are only added; of several with one id the last one counts.\n"
)


def read_lessons(files: Mapping[str, str]) -> tuple[Lesson, ...]:
    """Read the records among these files ({path: text}), oldest first; a file that is not there has none.

    Raises:
        GeoflowError: `lessons-invalid`, with the line and what is wrong.
    """
    text = files.get(LESSONS_FILE, "")
    if len(text) > _LARGEST:
        raise _invalid(0, f"it has more than {_LARGEST:,} characters")
    try:
        node = compose(text)
        if node is None:
            return ()
        return tuple(map(_lesson, Value(LESSONS_FILE, "the file", node).items()))
    except NotYamlError as error:
        raise _invalid(error.line, f"it is not YAML: {error}") from None
    except RecursionError:
        raise _invalid(0, "it is nested too deeply") from None
    except UnreadableQuestionError as error:
        raise _invalid(error.line, error.reason) from None


def with_lesson(text: str, lesson: Lesson) -> str:
    """Add a record to the text of the file; nothing of what stands there changes."""
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedSeq

    yaml, out = YAML(typ="rt", pure=True), StringIO()
    yaml.width = 1 << 30
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(CommentedSeq([_record(lesson)]), out)
    record = "\n".join(line.removeprefix("  ") for line in out.getvalue().splitlines()) + "\n"
    return (text.rstrip("\n") + "\n" if text.strip() else _HEAD) + record


def _record(lesson: Lesson) -> "CommentedMap":
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

    support = CommentedSeq([Quoted(one) for one in lesson.support])
    support.fa.set_flow_style()
    fields = {
        "id": Quoted(lesson.id),
        "text": Quoted(lesson.text),
        "code": lesson.code,
        "strategy": Quoted(lesson.strategy) if lesson.strategy else None,
        "advice": Quoted(lesson.advice),
        "support": support,
        "helped": lesson.helped,
        "harmed": lesson.harmed,
        "state": lesson.state,
        "expires": Quoted(lesson.expires.isoformat()),
        "reason": Quoted(lesson.reason) if lesson.reason else None,
    }
    return CommentedMap((name, value) for name, value in fields.items() if value is not None)


def _lesson(value: Value) -> Lesson:
    found = value.fields(_FIELDS)
    for name in _NEEDED:
        if name not in found or not found[name].text().strip():
            raise value.wrong(f"it has no `{name}`")
    texts = {
        name: " ".join(found[name].text().split()) if name in found else "" for name in _FIELDS if name != "support"
    }
    if len(texts["text"]) > LONGEST or len(texts["id"]) > _ID:
        raise found["text"].wrong(f"`text` has more than {LONGEST} characters, or `id` more than {_ID}")
    state: State = found["state"].word(get_args(State))  # type: ignore[assignment]
    advice: Advice = found["advice"].word(get_args(Advice)) if "advice" in found else "do"  # type: ignore[assignment]
    return Lesson(
        id=texts["id"],
        text=texts["text"],
        code=texts["code"],
        strategy=texts["strategy"],
        advice=advice,
        support=found["support"].texts() if "support" in found else (),
        helped=_count(found.get("helped")),
        harmed=_count(found.get("harmed")),
        state=state,
        expires=_day(found.get("expires")),
        reason=texts["reason"],
    )


def _count(value: Value | None) -> int:
    text = value.text() if value else "0"
    if value and not (text.isascii() and text.isdigit() and len(text) < 7):
        raise value.wrong(f"`{value.name}` is no number")
    return int(text)


def _day(value: Value | None) -> date:
    try:
        return date.fromisoformat(value.text()) if value else date.max
    except ValueError:
        assert value is not None  # noqa: S101 - a text was there, else nothing was parsed
        raise value.wrong(f"`{value.name}` is no day such as 2026-11-27") from None


def _invalid(line: int, reason: str) -> GeoflowError:
    place = f"{LESSONS_FILE}:{line}" if line else LESSONS_FILE
    return GeoflowError(
        f"{place}: {reason}.", fix="Mend it there and try again.", code="lessons-invalid", exit_code=ExitCode.USAGE
    )
