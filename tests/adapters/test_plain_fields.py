"""What is read without a YAML reader is what a YAML reader reads."""

from hypothesis import example, given
from hypothesis import strategies as st

from geoflow.adapters.feedback_text import feedback_text, read_feedback
from geoflow.adapters.plain_fields import plain_fields
from geoflow.adapters.question_nodes import UnreadableQuestionError, document
from geoflow.questions.feedback import Feedback

FIELDS = ("target", "verdict", "by", "kind", "at", "reason")
_TEXT = st.text(st.sampled_from("aB7 :#\"'\\-,[]{}&*!|>%@`~?.<>=/\té“\u00a0\u2028\ufeff\r\n"), max_size=12)
_WORDS = st.sampled_from(["null", "Null", "~", "yes", "true", "12", "1e3", "2026-01-01", "0x1F", "a: b", "a #b", "a:"])


def by_reader(content: bytes) -> dict[str, str] | None:
    """Read all fields with the YAML reader; None where it complains."""
    try:
        return {name: value.text() for name, value in document("f", content).fields(FIELDS).items()}
    except UnreadableQuestionError:
        return None


@given(st.lists(st.tuples(st.sampled_from((*FIELDS, "other")), st.one_of(_TEXT, _WORDS)), min_size=1, max_size=5))
@example([("reason", "a\n  b")])
@example([("reason", '"a\\"'), ("by", '"')])
@example([("at", '"a" # b')])
@example([("by", "Ada <ada@example.org>")])
@example([("target", "---"), ("by", "a\n...")])
def test_a_text_that_needs_no_reader_is_read_as_a_reader_reads_it(lines: list[tuple[str, str]]) -> None:
    content = "".join(f"{name}: {value}\n" for name, value in lines).encode("utf-8", "surrogatepass")
    plain = plain_fields(content, FIELDS)
    if plain is not None:
        assert {name: value for name, value in plain.items() if value} == {
            name: value for name, value in (by_reader(content) or {}).items() if value
        }
        assert by_reader(content) is not None


@given(_TEXT, _TEXT)
def test_a_judgement_is_read_back_as_it_was_written(by: str, reason: str) -> None:
    said = Feedback(
        "20260101-100000-000aaaa/0011", "reject", f"A{by}".strip(), "person", "2026-01-01T00:00:00Z", reason
    )
    content = feedback_text(said).encode()
    known = by_reader(content) or {}
    read = read_feedback("f", content)
    assert (read.by, read.reason) == (known["by"], known.get("reason", ""))


def test_what_geoflow_writes_needs_no_reader_as_a_rule() -> None:
    said = Feedback(
        "20260101-100000-000aaaa/0011", "edit", "Ada <a@b.org>", "person", "2026-01-01T00:00:00Z", "it reads worse"
    )
    assert plain_fields(feedback_text(said).encode(), FIELDS) == {
        "target": said.target,
        "verdict": "edit",
        "by": said.by,
        "kind": "person",
        "at": said.at,
        "reason": said.reason,
    }
