import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.questions.answer import citation, evidence, inventions, is_supported, question_id, quoted_extract
from geoflow.questions.candidates import best_candidates
from geoflow.questions.extract import extracts
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


def test_a_quote_leads_to_the_extract_that_holds_it() -> None:
    sentence, logging, scenario = extracts(COOLING)
    assert evidence("cool down for 6 hours before the door", "", [scenario, logging, sentence]) == sentence
    assert evidence("WHEN the power fails", "", [sentence, scenario]) == scenario


def test_a_quote_that_is_not_there_leads_nowhere() -> None:
    assert evidence("cool down for 8 hours", "", extracts(COOLING)) is None
    assert evidence(" ** ", "", extracts(COOLING)) is None


def test_an_extract_with_the_numbers_of_the_answer_is_better_evidence_than_its_quoted_neighbour() -> None:
    sentence, logging, scenario = extracts(COOLING)
    assert evidence("the power fails", "It is 6 hours.", [scenario, logging, sentence]) == sentence
    assert evidence("the power fails", "It is 7 hours.", [scenario, logging, sentence]) == scenario
    assert evidence("stands nowhere", "It is 6 hours.", [scenario, logging, sentence]) == sentence


@given(st.text(max_size=60), st.text(max_size=60))
def test_evidence_is_always_an_extract_of_the_document(quote: str, answer: str) -> None:
    found = evidence(quote, answer, extracts(COOLING))
    assert found is None or found.text in TEXT


@given(st.data())
def test_every_span_of_an_extract_is_found(data: st.DataObject) -> None:
    extract = data.draw(st.sampled_from(extracts(COOLING)))
    start = data.draw(st.integers(0, len(extract.text) - 1))
    span = extract.text[start : data.draw(st.integers(start + 1, len(extract.text)))]
    assert (evidence(span, "", extracts(COOLING)) is not None) == bool(span.strip("* `_\n"))


@pytest.mark.parametrize(
    ("answer", "supported"),
    [
        ("The kiln cools down for 6 hours.", True),
        ("How long? It cools down 6 hours, until the door unlocks.", True),
        ("The kiln cools for 8 hours.", False),
        ("The elephant was painted green.", False),
        ("", False),
    ],
)
def test_an_answer_is_supported_by_the_words_of_its_document(answer: str, *, supported: bool) -> None:
    assert is_supported(answer, "How long does the kiln cool?", TEXT) is supported


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


@pytest.mark.parametrize(
    ("quote", "answer"),
    [
        ("The kiln SHALL cool down for 8 hours", "It is 8 hours."),
        ("The kiln SHALL cool down for 6 hours", "It is 7 hours."),
        ("The kiln SHALL cool down for 6 hours", "It is `warm`."),
        ("the power fails", "The kiln cools for 6 hours."),
        ("The kiln", "It cools."),
        (" ** ", "It cools."),
        ("", "It cools."),
    ],
)
def test_a_strangers_quote_that_is_not_there_or_beside_the_answer_counts_for_nothing(quote: str, answer: str) -> None:
    assert quoted_extract(quote, answer, "How long?", extracts(COOLING)) is None


def test_a_strangers_quote_counts_with_what_it_says_and_what_was_asked() -> None:
    sentence, _, scenario = extracts(COOLING)
    assert quoted_extract("cool down for\n**6 hours**", "6 hours.", "How long?", extracts(COOLING)) == sentence
    assert quoted_extract("the power fails", "Not in 9 s.", "Does it open in 9 s?", extracts(COOLING)) == scenario


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_stranger_quotes_stands_in_the_extract_that_it_leads_to(quote: str, answer: str) -> None:
    chosen = quoted_extract(quote, answer, "", extracts(COOLING))
    assert chosen is None or "".join(quote.replace("*", "").replace("`", "").replace("_", "").split()) in "".join(
        chosen.text.replace("*", "").replace("`", "").replace("_", "").split()
    )
