import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.questions.answer import Answer, Citation, State, citation
from geoflow.questions.exam_item import Item
from geoflow.questions.extract import extracts
from geoflow.questions.marks import Mark, figures, mark, stands
from geoflow.questions.passage import Passage

PATH = "openspec/specs/kiln/spec.md"
OTHER = "openspec/specs/door/spec.md"
TEXT = "# Kiln\n\nThe kiln SHALL cool for 6 hours\nbefore the door unlocks.\n\nIt SHALL log `cooled`.\n"
FILES = {PATH: TEXT.encode(), OTHER: b"The door is heavy.\nIt SHALL log `cooled`.\n"}
COOLING = "The kiln SHALL cool for 6 hours\nbefore the door unlocks."
ITEM = Item("number", "The kiln SHALL cool for how many hours?", PATH, 3, 4, COOLING, "6 hours")
HIDDEN = Item("hidden", "What happens when it burns?", PATH, 3, 4, COOLING)

RIGHT = Citation(PATH, 3, 4, COOLING)
NEIGHBOUR = Citation(PATH, 6, 6, "It SHALL log `cooled`.")
ELSEWHERE = Citation(OTHER, 1, 1, "The door is heavy.")


def answer(*citations: Citation, text: str = "", state: State = "answered") -> Answer:
    return Answer("id", ITEM.question, state, text, citations, "documents")


def marked(kind: str, *, place: int = -1, exact: bool = False, quotes: int = 0, invented: int = 0) -> Mark:
    """A mark of an answer whose first hit has this rank; without one, of a question that was not answered."""
    return Mark(kind, place >= 0, max(place, 0), exact, quotes, invented)


@pytest.mark.parametrize(
    ("citations", "place"),
    [
        ((RIGHT,), 1),
        ((NEIGHBOUR, RIGHT), 2),
        ((NEIGHBOUR, ELSEWHERE, RIGHT), 3),
        ((NEIGHBOUR, RIGHT, RIGHT), 2),
        ((NEIGHBOUR, ELSEWHERE), 0),
        ((), 0),
    ],
)
def test_the_rank_of_the_first_citation_that_hits_counts(citations: tuple[Citation, ...], place: int) -> None:
    assert mark(ITEM, answer(*citations), FILES).place == place


@pytest.mark.parametrize(
    "cited",
    [
        Citation(PATH, 4, 4, "before the door unlocks."),
        Citation(PATH, 1, 9, TEXT),
        Citation(OTHER, 7, 7, "The kiln SHALL cool for **6 hours** before the `door` unlocks."),
        Citation(OTHER, 7, 8, f"First. {COOLING} Then."),
    ],
)
def test_a_citation_hits_by_its_lines_or_by_the_same_words_elsewhere(cited: Citation) -> None:
    assert mark(ITEM, answer(cited), FILES).place == 1


def test_a_citation_without_words_hits_nothing_elsewhere() -> None:
    assert mark(ITEM, answer(Citation(OTHER, 1, 1, ""), Citation(OTHER, 1, 1, "**``")), FILES).place == 0


@pytest.mark.parametrize("state", ["not-specified", "open"])
def test_only_what_was_answered_counts(state: State) -> None:
    assert mark(ITEM, answer(RIGHT, text="6 hours", state=state), FILES) == marked("number", quotes=1)


@pytest.mark.parametrize(
    ("span", "text", "exact"),
    [
        ("6 hours", "It is 6 hours.", True),
        ("6 hours", "It is **6\n  hours**", True),
        ("6 hours", "It is 16 hours.", False),
        ("6 hours", "It is 6.", False),
        ("6", "It is 6.", True),
        ("6", "It is 6.5.", False),
        ("6", "It is 5.6.", False),
        ("5", "It is 15.", False),
        ("`a.log`", "In a.log.", True),
        ("`a.log`", "In aa.log.", False),
        ("10%", "It is 10%.", True),
        ("(it stops)", "Then (it stops).", True),
        ("", "Anything.", False),
        ("``", "Anything.", False),
    ],
)
def test_exact_is_the_span_to_the_letter_emphasis_and_white_space_aside(span: str, text: str, *, exact: bool) -> None:
    item = Item("number", "?", PATH, 3, 4, COOLING, span)
    assert mark(item, answer(RIGHT, text=text), FILES).exact is exact


@given(st.text(alphabet="a1.,-( %`\n", max_size=20))
def test_every_text_holds_itself_exactly(text: str) -> None:
    item = Item("name", "?", PATH, 3, 4, COOLING, text)
    assert mark(item, answer(text=f"It is {text} then."), FILES).exact is bool(text.strip("` \n"))


def test_a_hidden_question_is_never_answered_exactly() -> None:
    assert not mark(HIDDEN, answer(RIGHT, text=COOLING), FILES).exact


@pytest.mark.parametrize(
    "invented",
    [
        Citation(PATH, 3, 3, COOLING),
        Citation(PATH, 5, 6, COOLING),
        Citation(PATH, 0, 6, "It SHALL log `cooled`."),
        Citation(PATH, -3, 9, "It SHALL log `cooled`."),
        Citation(PATH, 4, 3, "before"),
        Citation(PATH, 3, 4, "The kiln SHALL cool for 8 hours"),
        Citation(PATH, 3, 4, COOLING.upper()),
        Citation(PATH, 3, 4, ""),
        Citation(PATH, 99, 99, "The kiln"),
        Citation("openspec/specs/nowhere/spec.md", 1, 1, "The kiln"),
    ],
)
def test_a_quote_that_does_not_stand_where_it_is_said_to_is_invented(invented: Citation) -> None:
    assert not stands(invented, FILES)
    made = mark(ITEM, answer(RIGHT, invented, NEIGHBOUR), FILES)
    assert (made.quotes, made.invented) == (3, 1)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_citation_of_a_file_with_any_line_ending_stands(ending: str) -> None:
    text = TEXT.replace("\n", ending)
    for extract in extracts(Passage(PATH, 1, 7, "Kiln", text, "spec", "kiln")):
        assert stands(citation(extract), {PATH: text.encode()})
    assert stands(RIGHT, {PATH: text.encode()})


def test_a_quote_from_a_file_that_is_no_utf8_stands_as_it_was_read() -> None:
    assert stands(Citation(PATH, 1, 1, "�cools"), {PATH: b"The kiln \xffcools"})


@given(st.text(alphabet="ab.\n\r #*`", max_size=80))
def test_whatever_is_cited_from_a_document_stands_in_it(text: str) -> None:
    for extract in extracts(Passage(PATH, 1, 1, "", text, "spec", "kiln")):
        assert stands(citation(extract), {PATH: text.encode()})


def test_the_figures_are_shares_of_what_was_asked() -> None:
    marks = [
        marked("number", place=1, exact=True, quotes=2),
        marked("name", place=3, quotes=3, invented=1),
        marked("outcome", place=4, exact=True, quotes=1),
        marked("number"),
        marked("hidden"),
        marked("hidden", place=1, quotes=1, invented=1),
        marked("hidden", place=0, quotes=1),
    ]
    found = figures(iter(marks))
    assert (found.answerable, found.hidden) == (4, 3)
    assert (found.hit_at_1, found.hit_at_3, found.exact, found.abstained) == (0.25, 0.5, 0.5, 1 / 3)
    assert (found.quotes, found.invented_quotes) == (8, 2)
    assert found.document()["abstained"] == 0.333


def test_where_nothing_was_asked_there_is_no_share() -> None:
    assert figures([]).document() == {
        "answerable": 0,
        "hidden": 0,
        "hit_at_1": None,
        "hit_at_3": None,
        "exact": None,
        "abstained": None,
        "quotes": 0,
        "invented_quotes": 0,
    }


MARK = st.builds(
    Mark,
    st.sampled_from(["outcome", "number", "name", "hidden"]),
    st.booleans(),
    st.integers(0, 9),
    st.booleans(),
    st.integers(0, 3),
    st.just(0),
)


@given(st.lists(MARK))
def test_every_share_lies_between_zero_and_one_and_three_ranks_hold_one(marks: list[Mark]) -> None:
    found = figures(marks)
    for share in (found.hit_at_1, found.hit_at_3, found.exact, found.abstained):
        assert share is None or 0.0 <= share <= 1.0
    assert (found.hit_at_1 or 0) <= (found.hit_at_3 or 0)
    assert found.answerable + found.hidden == len(marks)


def test_capitals_do_not_keep_an_answer_from_being_exact() -> None:
    files = {"a": b"the door stays locked"}
    item = Item("outcome", "What happens when it fires?", "a", 1, 1, "the door stays locked", "the door stays locked")
    cited = Citation("a", 1, 1, "the door stays locked")
    said = Answer("1", item.question, "answered", "The door stays locked.", (cited,), "model")
    assert mark(item, said, files).exact
