"""Which word obliges: what people let stand, what the document has, what the tree has."""

import pytest

from geoflow.improvement.obligation import MUST, SHALL, settled_as, usual

BEFORE = "The writer will close the file. The reader SHALL wait."


def merged(word: str) -> tuple[str, str]:
    return BEFORE, BEFORE.replace("will", word)


@pytest.mark.parametrize(
    ("document", "others", "word"),
    [
        ("It MUST be. It MUST not. It MUST too. It SHALL.", ["It SHALL be. " * 9], MUST),
        ("It MUST be. It MUST not.", ["It SHALL be. " * 9], SHALL),
        ("Nothing obliges.", ["They MUST run.", "They MUST stop. They MUST rest."], MUST),
        ("It MUST be. It SHALL be. " * 3, [], SHALL),
        ("The word MUSTARD and the word must oblige to nothing. " * 3, [], SHALL),
        ("", [], SHALL),
    ],
)
def test_a_document_says_it_before_the_others_do(document: str, others: list[str], word: str) -> None:
    assert usual(document, others) == word


def test_three_merged_texts_say_which_word_is_wanted() -> None:
    assert settled_as([merged(MUST)] * 3) == MUST
    assert settled_as([merged(MUST)] * 2) == ""


def test_the_last_ones_count_so_that_a_team_may_change_its_mind() -> None:
    assert settled_as([*[merged(SHALL)] * 20, *[merged(MUST)] * 5]) == MUST
    assert settled_as([*[merged(SHALL)] * 20, *[merged(MUST)] * 4]) == SHALL


def test_a_text_that_has_no_more_of_either_word_says_nothing() -> None:
    other = BEFORE, BEFORE.replace("will", "can")
    both = BEFORE, "The writer MUST close the file. The reader SHALL wait, and SHALL end."
    assert settled_as([other, both] * 5) == ""
