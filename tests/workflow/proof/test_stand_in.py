"""The stand-in sees the prompt alone, errs by its rates, and says the same over HTTP."""

from collections import Counter

import pytest

from geoflow.errors import GeoflowError
from geoflow.improvement.span_strategy import SpanQuestion, reword_schema, span_schema
from geoflow.ports import ChatRequest, Message
from geoflow.workflow.proof.stand_in import StandIn

WORDS = ("quickly", "smoothly", "properly", "neatly")


def asked(sentence: str, instruction: str, *, rewords: bool = False, lesson: str = "") -> ChatRequest:
    text = f"Sentence: {sentence}\nInstruction: {instruction}\n" + (
        f"Learnt here:\n```\n{lesson}\n```\n" if lesson else ""
    )
    question = SpanQuestion(sentence, instruction, 0, len(sentence))
    schema = (reword_schema if rewords else span_schema)(question)
    return ChatRequest("improve.span/1", (Message("system", "You mend."), Message("user", text)), schema)


def sentence(number: int, word: str) -> str:
    return f"The gate {number} SHALL {word} close the door of bay {number} and log the event."


def outcomes(seed: int, *, lesson: str = "") -> Counter[str]:
    found: Counter[str] = Counter()
    for number in range(500):
        word = WORDS[number % len(WORDS)]
        value = (
            StandIn(seed).complete(asked(sentence(number, word), f"Take out the word “{word}”.", lesson=lesson)).value
            or {}
        )
        old, new = value["old_span"], value["new_span"]
        kind = "keeps" if new == old else "drops" if "event" in old else "invents" if "properly" in new else "right"
        found[kind] += 1
    return found


def test_it_errs_as_often_as_it_is_said_to() -> None:
    found = outcomes(1)
    assert 0.54 <= found["right"] / 500 <= 0.68
    assert 0.08 <= found["keeps"] / 500 <= 0.16
    assert 0.17 <= found["drops"] / 500 <= 0.27
    assert found != outcomes(2)
    assert found == outcomes(1)


def test_a_lesson_that_fits_makes_it_err_less_and_a_harmful_one_more() -> None:
    assert outcomes(1, lesson="Keep every other word as it was.")["right"] > 400
    assert outcomes(1, lesson="Leave the words as they are when in doubt.")["keeps"] > 120
    assert outcomes(1, lesson="Keep the sentence short.")["right"] < 360


@pytest.mark.parametrize(
    ("text", "instruction", "wanted"),
    [
        ("A, B, etc.", "Take out the words “etc”, so that the list is closed.", (", etc", "")),
        ("A and/or B.", "Write “or” or “and” in place of “and/or”.", ("and/or", "or")),
        (
            "It SHALL stop.",
            "Put the thing that “It” stands for in its place. It is one of: “The fan”, “The door”.",
            ("It", "The door"),
        ),
        (
            "It should stop.",
            "Put SHALL before the main verb, so that the sentence is an obligation.",
            ("should stop.", "SHALL stop."),
        ),
    ],
)
def test_what_it_does_when_it_does_not_err(text: str, instruction: str, wanted: tuple[str, str]) -> None:
    values = [StandIn(seed).complete(asked(text, instruction)).value or {} for seed in range(12)]
    assert wanted in [(one["old_span"], one["new_span"]) for one in values]


def test_it_heeds_a_lesson_about_must() -> None:
    request = asked("It should stop.", "Put SHALL before the main verb.", lesson="Write MUST, not SHALL.")
    values = [StandIn(seed).complete(request).value or {} for seed in range(12)]
    assert "MUST stop." in [one["new_span"] for one in values]
    assert not [one for one in values if "SHALL" in str(one["new_span"])]


def test_it_has_no_answer_to_another_prompt() -> None:
    with pytest.raises(GeoflowError, match="no answer to the prompt ask/1"):
        StandIn(1).complete(ChatRequest("ask/1", (Message("user", "Who?"),), {"properties": {"quote": {}}}))
