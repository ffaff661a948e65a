from dataclasses import replace
from inspect import cleandoc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.adapters.question_layout import held
from geoflow.adapters.question_nodes import LARGEST, UnreadableQuestionError
from geoflow.adapters.question_text import changed_text, new_text, read_question
from geoflow.errors import GeoflowError
from geoflow.questions.question import About, Evidence, Mark, Question, Reply, Step, new_reply_id

ID = "3fa2c0d1e2f3"
PATH = f"openspec/questions/{ID}.yaml"
ADA = Mark("Ada <ada@example.org>", "2026-11-27T02:13:00Z")
WHOLE = Question(
    id=ID,
    text="How long are readings kept?",
    asked=ADA,
    about=About("openspec/specs/x/spec.md", "Retention", "GF210", "for a while"),
    audience=("@org/data", "ada@example.org"),
    options=("30 days", "90 days"),
    route=(Step("documents", "openspec", "nothing", "no passage: none said it"),),
    replies=(
        Reply(
            "1a2b3c4d", "90 days", "agent", "helper", ADA.at, (Evidence("a.md", "Retention", "0123456789012345"),), ADA
        ),
        Reply("2b3c4d5e", "30 days", "unknown", "", ""),
    ),
    withdrawn=Mark("Bob", ADA.at, "asked twice"),
)
HAND_MADE = cleandoc("""
    # why we ask
    question: "How long?"   # short
    for: [ '@org/data' ]

    asked: {by: Ada, at: 2026-11-27}
    options:
    - 30
    # the one from the contract
    - no
    answers:
    # by mail
    - text: |
        ninety
        days
      by:   'Bob'
      at: 2026-11-28 # a Saturday
    - {text: "one", by: Eve}
    # to be settled
    """)


def read(text: str | bytes) -> Question:
    return read_question(PATH, text if isinstance(text, bytes) else text.encode())


def texts(smallest: int = 0) -> st.SearchStrategy[str]:
    odd = st.sampled_from(
        ["null", "~", ":0", "no", "1.0", "2026-11-27", "a: b", "- x", "# c", "&a *a !!b", "{}", "\ud800", "\x00\x1b", "\u2028",
         "\r\n\n", "'", '"', "...", "---", "%YAML 1.1", "<<", "=", " x ", "\t", "\ufeff", "\ufffe", "a\n\n b \n"]
    )  # fmt: skip
    parts = st.one_of(odd, st.text(max_size=8), st.characters(exclude_categories=()))
    return (
        st.lists(parts, min_size=smallest, max_size=3).map("".join).filter(lambda text: smallest == 0 or text.strip())
    )


MARKS = st.builds(Mark, texts(), texts(), texts())
EVIDENCE = st.builds(Evidence, texts(), texts(), texts())
KINDS = st.sampled_from(["person", "agent", "model", "documents", "unknown"])
REPLIES = st.builds(
    Reply, texts(1), texts(1), KINDS, texts(), texts(), st.lists(EVIDENCE, max_size=2).map(tuple),
    st.none() | MARKS, st.none() | MARKS,
)  # fmt: skip
STEPS = st.builds(Step, st.sampled_from(["documents", "stored", "model", "agent", "person"]), texts(), texts(), texts())
LISTS = st.lists(texts(), max_size=3).map(tuple)
REPLY_LISTS = st.lists(REPLIES, max_size=3, unique_by=lambda reply: held(reply.id)).map(tuple)
QUESTIONS = st.builds(
    Question,
    st.just(ID), texts(1), MARKS, st.none() | st.builds(About, texts(), texts(), texts(), texts(), LISTS), LISTS, LISTS,
    st.lists(STEPS, max_size=2).map(tuple), REPLY_LISTS, st.none() | MARKS,
)  # fmt: skip


def test_a_new_file_reads_as_people_would_write_it() -> None:
    assert new_text(WHOLE) == cleandoc("""
        question: How long are readings kept?
        asked:
          by: Ada <ada@example.org>
          at: "2026-11-27T02:13:00Z"
        about:
          path: openspec/specs/x/spec.md
          requirement: Retention
          code: GF210
          quote: for a while
        for: ["@org/data", ada@example.org]
        options: [30 days, 90 days]
        route:
          - route: documents
            who: openspec
            came: nothing
            why: 'no passage: none said it'
        withdrawn: {by: Bob, at: "2026-11-27T02:13:00Z", reason: asked twice}
        # To answer, type: geoflow ask --answer 3fa2c0d1e2f3 "TEXT"
        # or write it below:
        # answers:
        #   - text: TEXT
        #     by: NAME
        #     kind: person
        answers:
          - id: 1a2b3c4d
            confirmed: {by: Ada <ada@example.org>, at: "2026-11-27T02:13:00Z"}
            text: 90 days
            by: helper
            kind: agent
            at: "2026-11-27T02:13:00Z" # 1a2b3c4d
            evidence: [{path: a.md, heading: Retention, hash: "0123456789012345"}] # 1a2b3c4d
          - id: 2b3c4d5e
            text: 30 days
            by: ""
            at: "" # 2b3c4d5e
        """) + "\n"  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(QUESTIONS)
def test_a_question_is_read_back_as_it_was_written_and_any_other_reader_sees_texts(question: Question) -> None:
    from ruamel.yaml import YAML

    text = new_text(question)
    assert read(text) == held(question)
    assert YAML(typ="safe", pure=True).load(text)["question"] == held(question.text)


def test_what_yaml_cannot_hold_is_written_as_a_replacement_character() -> None:
    odd = replace(WHOLE, text="a\x00b\x1b[31m\ud800\x9b\tc\r\n\u2028")
    assert read(new_text(odd)).text == "a\ufffdb\ufffd[31m\ufffd\ufffd\tc\r\n\u2028"
    assert read(b'question: "\\x1b\\ud800"').text == "\ufffd\ufffd"


@settings(max_examples=60, deadline=None)
@given(QUESTIONS, REPLY_LISTS, st.none() | MARKS, LISTS, st.none() | MARKS)
def test_a_changed_file_says_what_it_shall(
    old: Question, more: tuple[Reply, ...], withdrawn: Mark | None, audience: tuple[str, ...], confirmed: Mark | None
) -> None:
    old = held(old)
    known = {reply.id for reply in old.replies}
    replies = tuple(replace(reply, confirmed=confirmed) for reply in old.replies)
    added = tuple(reply for reply in held(more) if reply.id not in known)
    for new in (
        replace(old, replies=(*old.replies, *added)),
        replace(old, replies=(*replies, *added), withdrawn=withdrawn, audience=audience),
        replace(old, replies=added, options=(*old.options, "x"), about=None, route=()),
    ):
        assert read(changed_text(new_text(old), old, new)) == held(new)


def test_an_answer_is_added_at_the_end_and_no_other_character_of_a_hand_made_file_changes() -> None:
    old = read(HAND_MADE)
    reply = Reply("1a2b3c4d", "yes: all\nof it", "person", "Ada", ADA.at)
    for text in (HAND_MADE, HAND_MADE.replace("\n", "\r\n"), f"\ufeff{HAND_MADE}", f"# top\n---\n{HAND_MADE}"):
        line = "\r\n" if "\r" in text else "\n"
        lines = ["", "- id: 1a2b3c4d", r'  text: "yes: all\nof it"', "  by: Ada", "  kind: person", f'  at: "{ADA.at}" # 1a2b3c4d', ""]  # fmt: skip
        assert changed_text(text, old, replace(old, replies=(*old.replies, reply))) == text + line.join(lines)


def test_the_first_answer_brings_the_list_of_answers() -> None:
    old = read("question: How long?")
    added = changed_text("question: How long?", old, replace(old, replies=WHOLE.replies[1:]))
    assert (
        added
        == 'question: How long?\nanswers:\n  - id: 2b3c4d5e\n    text: 30 days\n    by: ""\n    at: "" # 2b3c4d5e\n'
    )


def test_a_change_in_the_middle_keeps_comments_quotes_and_order() -> None:
    old = read(HAND_MADE)
    first, second = old.replies
    new = replace(
        old,
        withdrawn=Mark("Ada", "2026-12-01", "no: 1"),
        options=(*old.options, "90"),
        replies=(replace(first, confirmed=ADA), replace(second, rejected=ADA)),
    )
    mark = '{by: Ada <ada@example.org>, at: "2026-11-27T02:13:00Z"}'
    expected = (
        HAND_MADE.replace("[ '@org/data' ]", "['@org/data']")
        .replace("by:   'Bob'", "by: 'Bob'")
        .replace("- no\n", '- no\n- "90"\nwithdrawn: {by: Ada, at: "2026-12-01", reason: \'no: 1\'}\n')
        .replace("    days\n", f"    days\n  confirmed: {mark}\n")
        .replace('{text: "one", by: Eve}', f'{{text: "one", rejected: {mark}, by: Eve}}')
    )
    assert changed_text(HAND_MADE, old, new) == expected + "\n"


def test_nothing_to_change_leaves_the_text_as_it_is() -> None:
    old = read(HAND_MADE)
    assert changed_text(HAND_MADE, old, old) == HAND_MADE


def test_what_was_taken_back_goes_out_of_the_file() -> None:
    first, second = WHOLE.replies
    new = replace(WHOLE, withdrawn=None, about=None, replies=(replace(first, confirmed=None), second))
    changed = changed_text(new_text(WHOLE), WHOLE, new)
    assert read(changed) == new
    assert not {"withdrawn:", "about:", "confirmed:"} & set(changed.split())


def test_a_mark_of_an_answer_of_one_line_goes_above_it_where_a_merge_cannot_give_it_to_the_next_answer() -> None:
    text = "question: a\nanswers:\n  - text: x\n"
    old = read(text)
    new = replace(old, replies=(replace(old.replies[0], confirmed=Mark("Ada", "1")),))
    assert changed_text(text, old, new).endswith('answers:\n  - confirmed: {by: Ada, at: "1"}\n    text: x\n')


def test_a_file_that_cannot_be_changed_in_place_is_refused() -> None:
    text = "question: a\noptions: &list [x]\nfor: *list\n"
    old = read(text)
    assert old.audience == ("x",)
    with pytest.raises(GeoflowError, match="cannot be changed without losing something"):
        changed_text(text, old, replace(old, options=("x", "y")))


def test_everything_but_the_question_is_optional_and_what_is_typed_is_text() -> None:
    assert read("question: 42") == Question(ID, "42", Mark("", ""))
    question = read(
        "question: no\nasked: {at: 2026-11-27}\nabout:\nroute: ~\noptions: [null, 1.50, 0x1F]\nanswers: []\n"
    )
    assert question == Question(ID, "no", Mark("", "2026-11-27"), options=("null", "1.50", "0x1F"))


def test_an_answer_without_a_kind_is_of_an_unknown_author_and_licenses_nothing() -> None:
    (reply,) = read("question: a\nanswers:\n  - text: b\n    by: Ada\n    at: 2026-11-27\n").replies
    assert reply == Reply(new_reply_id(ID, "b", "Ada", "2026-11-27"), "b", "unknown", "Ada", "2026-11-27")
    assert not reply.is_persons


def test_of_what_two_branches_asked_the_same_way_the_first_counts() -> None:
    text = "question: a\nasked:\n  by: Ada\n  at: 1\n  by: Bob\n  at: 2\nfor: [x]\nfor: [y]\nanswers:\n- text: b\n  confirmed: {by: Ada}\n  confirmed: {by: Bob}\n"  # fmt: skip
    old = read(text)
    assert (old.asked, old.audience, old.replies[0].confirmed) == (Mark("Ada", "1"), ("x",), Mark("Ada", ""))
    new = replace(old, withdrawn=ADA)
    assert read(changed_text(text, old, new)) == new


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 0, "it has no `question:` text"),
        ("# only a comment\n", 0, "it has no `question:` text"),
        ("asked: {by: Ada}\n", 1, "it has no `question:` text"),
        ("question: ' '\n", 1, "it has no `question:` text"),
        ("question:\n", 1, "it has no `question:` text"),
        ("just text\n", 1, "`the file` must have `question`"),
        ("- a\n", 1, "and is a list"),
        ("question: a\nfor: [\n", 3, "it is not YAML"),
        ("question: a: b\n", 1, "it is not YAML"),
        ("question: a\n--- \nquestion: b\n", 2, "it is not YAML"),
        ("question: a\noptions: [*x]\n", 2, "it is not YAML"),
        ("question: a\n\x1b[31m\n", 2, "it holds a control character"),
        ("[" * 3000, 0, "nested too deeply"),
        ("question: a\nquestion: b\n", 2, "`question` stands there twice"),
        ("question: a\nanswers: [{text: b}]\nanswers: []\n", 3, "`answers` stands there twice"),
        ("question: a\nanswers:\n- text: b\n  kind: agent\n  kind: person\n", 5, "`kind` stands there twice"),
        ("question: a\n\nanwsers: []\n", 3, 'unknown field "anwsers"; did you mean `answers`?'),
        (f"question: a\n{'x' * 90}: []\n", 2, f'unknown field "{"x" * 60}..."'),
        ("question: a\n? [x]\n: y\n", 2, "must be a text"),
        ("question: [a]\n", 1, "`question` must be a text, and is a list"),
        ("question: a\noptions: 30 days\n", 2, "`options` must be a list, and is a text"),
        ("question: a\noptions:\n- {a: b}\n", 3, "`options` must be a text, and is a set of fields"),
        ("question: a\nwithdrawn: yes\n", 2, "`withdrawn` must have `by`, `at`, `reason` below it, and is a text"),
        ("question: a\nroute:\n- who: x\n", 3, "does not say which `route`"),
        ("question: a\nroute:\n- route: documets\n", 3, "did you mean `documents`?"),
        ("question: a\nanswers:\n- by: Ada\n", 3, "an answer has no `text`"),
        ("question: a\nanswers:\n- text: b\n  kind: persn\n", 4, "did you mean `person`?"),
        ("question: a\nanswers:\n- text: b\n- text: b\n", 4, "two answers have the id"),
        ("question: a\nanswers:\n- text: b\n  evidence: [x]\n", 4, "`evidence` must have"),
        ("id: other\nquestion: a\n", 1, f"`id` is not the file's name, {ID}"),
        (b"question: a\nfor: [\xff]\n", 2, "it is not UTF-8"),
        (b"question: " + b"a" * LARGEST, 0, "it is larger than such a file can be"),
    ],
)
def test_a_broken_file_is_told_with_its_line_and_what_is_wrong(text: str | bytes, line: int, reason: str) -> None:
    with pytest.raises(UnreadableQuestionError) as caught:
        read(text)
    assert (caught.value.line, caught.value.code) == (line, "question-unreadable")
    assert reason in caught.value.reason
    assert caught.value.message.startswith(f"{PATH}:{line}: " if line else f"{PATH}: ")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!|>'\"#%@`,?\n \t\r0~", max_size=60).map(str.encode))
def test_whatever_stands_in_a_file_it_is_read_or_refused(content: bytes) -> None:
    for start in (b"", b"question: a\nanswers:\n"):
        try:
            question = read(start + content)
        except UnreadableQuestionError:
            continue
        assert read(new_text(question)) == question


@pytest.mark.parametrize("name", ["a b", "ü", "x" * 81, "a\nb"])
def test_a_file_of_a_name_that_is_no_id_is_refused(name: str) -> None:
    with pytest.raises(UnreadableQuestionError, match="its name"):
        read_question(f"openspec/questions/{name}.yaml", b"question: a\n")


def test_an_id_in_the_file_that_is_its_name_is_fine() -> None:
    assert read_question("openspec/questions/by-hand.v1.yaml", b"id: by-hand.v1\nquestion: a\n").id == "by-hand.v1"
