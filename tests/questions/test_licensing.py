"""Which answer licenses: a person's that holds. And where it lies in its file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.adapters.question_text import new_text, read_question
from geoflow.questions.licensing import (
    NAMELESS,
    REJECTED,
    STALE,
    UNANSWERED,
    WITHDRAWN,
    answer_line,
    licensing_answer,
    person_behind,
)
from geoflow.questions.passage import Passage
from geoflow.questions.question import AuthorKind, Evidence, Mark, Question, Reply

AT = "2026-11-20T10:00:00Z"
GONE = (Evidence("openspec/specs/a/spec.md", "A", "0123456789abcdef"),)


def nothing(_path: str) -> tuple[Passage, ...]:
    return ()


def reply(kind: AuthorKind, name: str = "ada", *, at: str = AT, text: str = "2 s", **more: object) -> Reply:
    return Reply(f"{kind}-{name}-{at}", text, kind, name, at, **more)  # type: ignore[arg-type]


def asked(*replies: Reply, withdrawn: Mark | None = None) -> Question:
    return Question("q", "How soon?", Mark("ada", AT), replies=replies, withdrawn=withdrawn)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (asked(), UNANSWERED),
        (asked(reply("person"), withdrawn=Mark("ada", AT)), WITHDRAWN),
        (asked(reply("person", rejected=Mark("bob", AT))), REJECTED),
        (asked(reply("person", evidence=GONE)), STALE),
        (asked(reply("agent", "claude")), "no person has confirmed the answer of claude"),
        (asked(reply("model", "qwen")), "no person has confirmed the answer of qwen"),
        (asked(reply("documents", "")), "no person has confirmed the answer of an unknown author"),
        (asked(reply("unknown", "ada")), "no person has confirmed the answer of ada"),
        (asked(reply("person", evidence=GONE), reply("agent", "claude")), "no person has confirmed the answer of claude"),
        (asked(reply("person", "")), NAMELESS),
        (asked(reply("person", " ")), NAMELESS),
        (asked(reply("agent", "claude", confirmed=Mark("", AT))), NAMELESS),
        (asked(reply("agent", "claude", confirmed=Mark(" Claude ", AT))), NAMELESS),
        (asked(reply("agent", "claude", confirmed=Mark("ada", AT), rejected=Mark("bob", AT))), REJECTED),
        (asked(reply("agent", "claude", confirmed=Mark("ada", AT), evidence=GONE)), STALE),
    ],
)  # fmt: skip
def test_an_answer_that_no_person_stands_behind_licenses_nothing(question: Question, why: str) -> None:
    assert licensing_answer(question, nothing) == why


def test_a_person_s_answer_or_confirmation_licenses_and_the_latest_counts() -> None:
    first, later = reply("person", at="2026-11-01"), reply("person", "bob", at="2026-11-02")
    agent = reply("agent", "claude", at="2026-11-03", confirmed=Mark("ada", AT))
    newest = reply("agent", "claude", at="2026-12-01")
    assert licensing_answer(asked(first, later), nothing) is later
    assert licensing_answer(asked(agent, first, newest), nothing) is agent
    assert [person_behind(one) for one in (first, later, agent, newest)] == ["ada", "bob", "ada", ""]


def question_of(file: str) -> Question:
    return read_question("openspec/questions/q.yaml", file.encode())


@pytest.mark.parametrize(
    ("file", "lines"),
    [
        ("question: a\nanswers:\n- text: 2 s\n", [3]),
        ("question: 2 s\nanswers:\n- {text: 2 s, by: a}\n", [3]),
        ("question: a\nanswers:\n- text: 'it''s 2 s'\n", [3]),
        ('question: a\nanswers:\n- text: "a \\"b\\" c"\n', [3]),
        ("question: a\nanswers:\n- by: b\n  text: |-\n    2\n    s\n", [5]),
        ("question: a\nanswers:\n- by: b\n  text: >\n\n    2\n    s\n", [6]),
        ("question: a\nanswers:\n- {text: 2 s, by: a}\n- {text: 2 s, by: b}\n- {text: 2 s of x, by: c}\n", [3, 4, 5]),
        ('question: a\nanswers:\n- text: "\\x32 s"\n', [0]),
        ("question: a\nanswers:\n- text:\n    2 s\n", [4]),
    ],
)
def test_an_answer_is_found_in_its_file_by_line(file: str, lines: list[int]) -> None:
    question = question_of(file)
    assert [answer_line(file, question, one) for one in question.replies] == lines


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_whatever_the_answers_are_no_line_beyond_the_file_is_named(texts: list[str]) -> None:
    replies = [reply("person", str(number), text=text) for number, text in enumerate(texts)]
    file = new_text(asked(*replies))
    question = question_of(file)
    assert all(0 <= answer_line(file, question, one) <= file.count("\n") + 1 for one in question.replies)
