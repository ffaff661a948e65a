"""What each prompt is filled with, by example: a project's own text is tried on these before a model is asked."""

from collections.abc import Mapping
from typing import Any

_SENTENCE = "The reader SHALL gracefully stop within 10 s."
_RELATED = "### Requirement: Pause\nThe kiln controller SHALL hold the temperature."
_LESSON = "Keep the words before a list as they are."
_STEPS = ("requirement", "scenario", "failure", "outcome", "problem")

SAMPLES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "ask": (
        {
            "extracts": [
                {"title": "Requirement: Reading", "text": _SENTENCE},
                {"title": "Scenario: Too late", "text": "- **WHEN** 10 s have passed\n- **THEN** `late` is shown\n"},
            ],
            "question": "When does the reader stop?",
        },
    ),
    "ask-tool": (
        {
            "tools": [{"id": "wiki:search", "arguments": "query (text)", "description": "Searches the wiki."}],
            "question": "When does the reader stop?",
        },
    ),
    "ask-search": ({"question": "When does the reader stop?"},),
    "ask-result": ({"tool": "wiki:search", "result": _SENTENCE, "question": "When does the reader stop?"},),
    "improve-span": tuple(
        {"sentence": _SENTENCE, "instruction": "Take out the word “gracefully”.", "refused": "", "lesson": lesson}
        for lesson in ("", _LESSON)
    ),
    "improve-reword": (
        {"sentence": _SENTENCE, "instruction": "Take out the word “gracefully”.", "refused": "", "lesson": ""},
        {
            "sentence": _SENTENCE,
            "instruction": "Take out “etc.”.",
            "refused": "loses the number “10s”",
            "lesson": _LESSON,
        },
    ),
    "improve-lesson": tuple(
        {"instruction": "Take out “etc.”.", "sentence": _SENTENCE, "proposed": "Stop.", "merged": merged, "said": said}
        for merged, said in (("The reader stops.", ""), ("", "“Stop” is no sentence"))
    ),
    "improve-evolve": (
        {
            "instructions": "Mend it.",
            "examples": [{"asked": _SENTENCE, "answered": "It stops.", "feedback": "loses the number “10s”"}],
        },
    ),
    "improve-ears": tuple({"text": _SENTENCE, "refused": refused} for refused in ("", "the pieces overlap")),
    "improve-scenario": tuple({"text": _SENTENCE, "refused": refused} for refused in ("", "the pieces overlap")),
    "improve-adopt": ({"line": "Mutations are tested before being kept"},),
    "improve-answer": tuple(
        {
            "sentence": "The reader SHALL stop quickly.",
            "quote": "quickly",
            "question": "How soon does the reader stop?",
            "answer": "The archive waits for it.\nWe agreed on within 10 s after the last line.",
            "refused": refused,
        }
        for refused in ("", "is not one piece of the answer")
    ),
    "improve-veto": ({"first": _SENTENCE, "second": "The reader SHALL stop within 10 s.", "quote": "gracefully"},),
    "propose": tuple(
        {"idea": "Potters want to pause a firing.", "related": related, "sentence": sentence, "step": step}
        for step, related, sentence in zip(
            _STEPS,
            ("", _RELATED, "", "", _RELATED),
            ("", *["The kiln SHALL wait."] * 2, "The kiln SHALL wait.\nWHEN it is hot", ""),
            strict=True,
        )
    ),
    "propose-place": ({"wish": "The clerk cannot wait that long.", "sentences": [_SENTENCE, "It SHALL beep."]},),
    "propose-relation": (
        {"requirement": _SENTENCE, "idea": "Let the reader stop within 5 s.", "choices": "adds, changes"},
    ),
    "propose-reword": (
        {"sentence": _SENTENCE, "wish": "Say 5 s instead of 10 s.", "refused": ""},
        {"sentence": _SENTENCE, "wish": "Say 5 s instead of 10 s.", "refused": "loses the word “gracefully”"},
    ),
    "propose-span": ({"sentence": _SENTENCE, "wish": "Say 5 s instead of 10 s.", "refused": ""},),
    "review-role": (
        {
            "requirement": f"### Requirement: Reading\n{_SENTENCE}\n",
            "role": "performance",
            "question": "Does it ask for speed without a figure?",
        },
    ),
    "review-pair": (
        {
            "first": f"### Requirement: Reading\n{_SENTENCE}\n",
            "second": "### Requirement: Rest\nThe reader SHALL never stop.\n",
        },
    ),
    "review-testing": ({"requirement": f"### Requirement: Reading\n{_SENTENCE}\n"},),
}
