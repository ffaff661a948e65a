from hypothesis import given
from hypothesis import strategies as st

from geoflow.questions.terms import MOST_TERMS, query_terms, stems


def test_words_that_carry_no_meaning_are_left_out() -> None:
    assert query_terms("What happens when the kiln door is opened?") == ("kiln", "door", "opened")


def test_forms_of_one_word_are_one_term() -> None:
    assert query_terms("retry retries retried") == ("retry",)


def test_an_identifier_is_also_its_parts() -> None:
    assert query_terms("pageSize of max_rows") == ("pagesize", "page", "size", "max", "rows")


def test_a_question_without_content_has_no_terms() -> None:
    assert query_terms("What is it, and why?") == ()
    assert query_terms("?!  ...") == ()


@given(st.text(max_size=300))
def test_any_text_gives_a_bounded_number_of_plain_words(text: str) -> None:
    terms = query_terms(text)
    assert len(terms) <= MOST_TERMS
    assert all(character.isalnum() for term in terms for character in term if character.isascii())


def test_stems_agree_with_the_terms_of_a_question() -> None:
    assert stems("The kilns were cooling") == stems("kiln cools")
