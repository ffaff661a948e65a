from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.questions.same import sameness


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How long does the kiln cool?", "HOW LONG DOES THE KILN COOL"),
        ("How long does the kiln cool?", "The kiln: how long does it cool?"),
        ("Who is told when the power fails?", "Who was told when powers failed?"),
        ("Which firings does the kiln log?", "Which firing do kilns log?"),
        ("How many retries are there?", "how many   retries\nare there ?"),
        ("Please tell me: what is a firing?", "What is the firing?"),
        ("What must be logged?", "What shall be logged?"),
    ],
)
def test_case_inflection_and_words_around_do_not_matter(one: str, other: str) -> None:
    assert sameness(one) == sameness(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What happens when the door is locked?", "What happens when the door is not locked?"),
        ("What happens when the door is locked?", "What happens when the door isn't locked?"),
        ("What happens with a token?", "What happens without a token?"),
        ("What happens after 3 retries?", "What happens after 4 retries?"),
        ("Is version 1.2 supported?", "Is version 2.1 supported?"),
        ("What is copied from 1 to 2?", "What is copied from 2 to 1?"),
        ("What does -1 mean?", "What does 1 mean?"),
        ("What happens when size < 5?", "What happens when size > 5?"),
        ("Is 50 % enough?", "Is 50 enough?"),
        ("Does it lock before cooling?", "Does it lock after cooling?"),
        ("Does the door lock before the kiln cools?", "Does the kiln cool before the door locks?"),
        ("Does the clay go from the kiln to the shelf?", "Does the clay go from the shelf to the kiln?"),
        ("Does the client call the server?", "Does the server call the client?"),
        ("Who locks the door?", "When does the door lock?"),
        ("When the door opens, who is told?", "When the door opens, what is told?"),
        ("What happens over 5 degrees?", "What happens under 5 degrees?"),
        ("What is logged at least once?", "What is logged at most once?"),
        ("What happens when a user logs in?", "What happens when a user logs out?"),
        ("What may be logged?", "What must be logged?"),
        ("Can the door lock?", "Does the door lock?"),
        ("Is a password allowed?", "Is a password needed?"),
        ("What happens when the kiln cools?", "What does it mean when the kiln cools?"),
        ("Is every firing logged?", "Is one firing logged?"),
        ("Who gets the key?", "Who gives the key?"),
        ("How long does the kiln cool?", "How often does the kiln cool?"),
    ],
)
def test_what_could_matter_makes_another_question(one: str, other: str) -> None:
    assert sameness(one) != sameness(other)


@given(st.text())
def test_every_text_is_the_same_as_itself_with_space_around_it(question: str) -> None:
    keys = {sameness(question): 1}
    assert keys[sameness(f" {question}\n")] == 1


WORDS = st.lists(st.sampled_from("the kiln door clay cools locks a".split()), min_size=1, max_size=6)


@given(WORDS.flatmap(lambda words: st.tuples(st.just(words), st.permutations(words))))
def test_the_order_of_words_that_carry_meaning_is_a_part_of_the_question(both: tuple[list[str], list[str]]) -> None:
    one, other = ([word for word in words if word not in {"the", "a"}] for words in both)
    assert (sameness(f"Who {' '.join(one)}?") == sameness(f"Who {' '.join(other)}?")) == (one == other)


TURNS = ["", "not", "before", "after", "over", "under", "only", "may", "in", "out", "3", "4", "<", ">"]


@given(WORDS, st.integers(0, 6))
def test_one_small_word_more_or_another_one_always_makes_another_question(words: list[str], place: int) -> None:
    questions = [" ".join(["who", *words[:place], turn, *words[place:]]) for turn in TURNS]
    for one, other in combinations(questions, 2):
        assert sameness(one) != sameness(other)
