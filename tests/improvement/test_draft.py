import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement.draft import Licence, distinct_name, phrase, scenario, step, subject
from geoflow.improvement.draft_names import free_name, is_capability, is_name, name_from

ANY_TEXT = st.text(max_size=300)


@pytest.mark.parametrize(
    ("raw", "made"),
    [
        ("accept compressed files.", "accept compressed files"),
        ("The importer SHALL accept compressed files.", "accept compressed files"),
        ("importer SHALL accept files", "accept files"),
        ("SHALL be able to accept files", "accept files"),
        ("to accept files", "accept files"),
        ("notify users that will lose data", "notify users that will lose data"),
        ("accepts files", "accept files"),
        ("carries the load", "carry the load"),
        ("pushes the file", "push the file"),
        ("stores a file", "store a file"),
        ("process a file", "process a file"),
        ("Reject the file. Then log it.", "reject the file"),
        ("keep e.g. the name", "keep e.g. the name"),
        ("HTTP is refused", "HTTP is refused"),
        ("# - **", "fall back"),
    ],
)
def test_a_verb_phrase_follows_shall(raw: str, made: str) -> None:
    assert phrase(raw, "fall back") == made


@pytest.mark.parametrize(
    ("raw", "made"),
    [("The importer", "importer"), ("the importer SHALL", "importer"), ("***", "system"), ("", "system")],
)
def test_a_subject_has_no_article_and_no_normative_word(raw: str, made: str) -> None:
    assert subject(raw) == made


@pytest.mark.parametrize(
    ("raw", "made"),
    [("WHEN: the kiln cools.", "the kiln cools"), ("- **THEN** it locks", "it locks"), ("when", ""), ("—", "")],
)
def test_a_step_has_no_keyword(raw: str, made: str) -> None:
    assert step(raw) == made


@given(ANY_TEXT, ANY_TEXT)
def test_whatever_is_said_the_sentence_is_one_line_with_shall(who: str, does: str) -> None:
    sentence = f"The {subject(who)} SHALL {phrase(does, 'do it')}."
    assert len(sentence.splitlines()) == 1
    assert " SHALL " in sentence
    assert len(sentence) < 320


def test_a_name_that_is_taken_in_another_case_gets_a_number() -> None:
    assert distinct_name("Cool  Down", "x", ["cool down", "Cool Down (2)"]) == "Cool Down (3)"
    assert distinct_name("Requirement: cool", "x", []) == "Cool"
    assert distinct_name("##", "fallback", []) == "Fallback"


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=4))
def test_names_are_always_distinct(raw: str, taken: list[str]) -> None:
    first = distinct_name(raw, "fallback", taken)
    assert distinct_name(raw, "fallback", [*taken, first]).casefold() != first.casefold()


def test_a_number_that_was_given_stays() -> None:
    licence = Licence("cool for 6 hours, log 2.5 MB twice", "at 1,000 degrees")
    for text in ("6 hours", "6h", "2.5 MB", "1,000", "twice"):
        assert licence.enforce(text) == text
    assert licence.questions == ()


@pytest.mark.parametrize("text", ["8 hours", "three hours", "within 10s", "use sha256", "version 2.51", "62 hours"])
def test_a_number_from_nowhere_becomes_a_question(text: str) -> None:
    licence = Licence("cool for 6 hours", "2.5")
    assert "(open: Q1)" in licence.enforce(text)
    assert len(licence.questions) == 1
    assert not any(figure in licence.questions[0] for figure in ("8", "three", "10", "256", "51", "62"))


@given(ANY_TEXT)
def test_no_number_from_nowhere_is_left(text: str) -> None:
    left = Licence("").enforce(text).replace("(open: Q1)", "")
    assert not any(character.isdecimal() for character in left)


def test_a_scenario_without_a_step_is_none() -> None:
    licence = Licence("")
    first = scenario(("It cools", "WHEN hot", "THEN cool"), "x", licence, [])
    assert first is not None
    assert (first.name, first.when, first.then) == ("It cools", "hot", "cool")
    assert scenario(("It cools", "hot", " - "), "x", licence, []) is None
    assert scenario(("Same again", "Hot", "cool"), "x", licence, [first]) is None


def test_change_names_are_kebab_case() -> None:
    assert name_from("idea", ["export", "filtered", "protéins", "a_b"]) == "export-filtered-proteins-a-b"
    assert name_from("archive", ["archive"]).startswith("idea-")
    assert name_from("日本", ["日本"]).startswith("idea-")
    assert free_name("a", ["A", "a-2"]) == "a-3"


@given(ANY_TEXT)
def test_any_idea_gives_a_name(idea: str) -> None:
    assert is_name(name_from(idea, idea.split()))


@pytest.mark.parametrize("text", ["../up", "a/b", "A", "a--b", "-a", "archive", "", "a\n", ".git", "a" * 201])
def test_what_is_no_name_is_refused(text: str) -> None:
    assert not is_name(text)


def test_a_capability_may_be_nested() -> None:
    assert is_capability("platform/auth")
    assert not is_capability("platform//auth")
    assert not is_capability("../auth")
