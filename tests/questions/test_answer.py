from hypothesis import given
from hypothesis import strategies as st

from geoflow.questions.answer import citation, find_quote, inventions, question_id
from geoflow.questions.extract import best_candidates, extracts
from geoflow.questions.passage import Passage
from geoflow.questions.retrieval import Found, Hit, ranked

TEXT = """### Requirement: Cooling
The kiln SHALL cool down for 6 hours
before the door unlocks. It SHALL log `cooled`.

#### Scenario: Power fails
- **GIVEN** a hot kiln
- **WHEN** the power fails
- **THEN** the door stays locked"""
COOLING = Passage("openspec/specs/kiln/spec.md", 10, 17, "Cooling", TEXT, "spec", "kiln")


def found(*hits: Hit, terms: tuple[str, ...] = ("door", "power")) -> Found:
    return Found(terms, hits, 10, dict.fromkeys(terms, 1))


def test_a_quote_gets_its_true_lines() -> None:
    cited = find_quote("cool down for 6 hours before the door unlocks.", [COOLING])
    assert cited is not None
    assert (cited.line, cited.end_line) == (11, 12)
    assert cited.quote == "cool down for 6 hours\nbefore the door unlocks."


def test_a_quote_may_leave_out_emphasis() -> None:
    cited = find_quote("WHEN the power fails", [COOLING])
    assert cited is not None
    assert cited.quote in TEXT
    assert cited.line == 16


def test_a_quote_that_is_not_there_is_not_found() -> None:
    assert find_quote("cool down for 8 hours", [COOLING]) is None
    assert find_quote(" ** ", [COOLING]) is None


@given(st.text(max_size=60))
def test_what_is_cited_always_stands_in_the_document(quote: str) -> None:
    cited = find_quote(quote, [COOLING])
    assert cited is None or cited.quote in TEXT


@given(st.data())
def test_every_span_of_the_document_is_found(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TEXT) - 1))
    span = TEXT[start : data.draw(st.integers(start + 1, len(TEXT)))]
    cited = find_quote(span, [COOLING])
    assert (cited is not None) == bool(span.strip("* `_\n"))


def test_sentences_and_whole_scenarios_are_extracts() -> None:
    assert [(extract.title, extract.line, extract.end_line) for extract in extracts(COOLING)] == [
        ("Requirement: Cooling", 11, 12),
        ("Requirement: Cooling", 12, 12),
        ("Scenario: Power fails", 15, 17),
    ]


def test_every_extract_can_be_cited_to_the_letter() -> None:
    lines = ["", *[""] * 9, *TEXT.split("\n")]
    for extract in extracts(COOLING):
        cited = citation(extract)
        assert cited.quote in "\n".join(lines[cited.line : cited.end_line + 1])


def test_the_extract_that_says_most_about_the_question_is_best() -> None:
    hit = Hit(COOLING, 1.0, frozenset({"door", "power"}))
    best = best_candidates(found(hit), [hit], 3)[0]
    assert best.extract.title == "Scenario: Power fails"
    assert best.coverage == 1.0


def test_what_holds_comes_before_what_is_proposed() -> None:
    proposed = Hit(Passage("b", 1, 1, "", "", "change", ""), 1.0, frozenset({"door"}))
    holding = Hit(Passage("a", 1, 1, "", "", "spec", ""), 1.0, frozenset({"door"}))
    assert [hit.passage.path for hit in ranked(found(proposed, holding))] == ["a", "b"]


def test_a_rare_word_covers_more_of_a_question_than_a_common_one() -> None:
    result = Found(("kiln", "vent"), (), 100, {"kiln": 90, "vent": 1})
    assert result.coverage(["vent"]) > 0.9
    assert Found((), (), 100, {}).coverage([]) == 0.0


def test_numbers_and_literals_from_nowhere_are_named() -> None:
    assert inventions("It cools for 8 hours and logs `done`.", TEXT)
    assert inventions("It cools for 6 hours and logs `cooled`.", TEXT) == ()


def test_a_question_keeps_its_id_in_other_case_and_spacing() -> None:
    assert question_id("Who  is it?") == question_id("who is it?")
    assert question_id("Who is it?") != question_id("Who was it?")
