"""What a question asks to happen, and under which condition; and the condition that an extract states."""

import re

_ASKS_OUTCOME = re.compile(
    r"\s*what\b[^?]*?\b(?:happens?|happened|occurs?|results?|follows?|do|does|did|done)\b[^?]*?"
    r"\b(?:(?:when|if|once|after|while|whenever|as soon as)\b\s*|(?=(?:unless|without)\b))(?P<condition>[^?]+)",
    re.IGNORECASE,
)
_THEN = re.compile(r"^\s*[-*+]?\s*[*_`]{0,2}THEN(?![^\W_])", re.IGNORECASE | re.MULTILINE)
_WHEN = re.compile(r"^\s*[-*+]?\s*[*_`]{0,2}WHEN(?![^\W_])", re.IGNORECASE | re.MULTILINE)
_STEP = re.compile(r"^\s*[-*+]\s", re.MULTILINE)
_CLAUSE = re.compile(r"\b(?:when|if|once|after|while|whenever|unless|where|as soon as)\b[^,;:]*", re.IGNORECASE)
_NEGATIONS = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|fails?|failed|invalid|missing|unless|except|instead)\b|n['’]t\b",
    re.IGNORECASE,
)


def asked_condition(question: str) -> str:
    """Give the condition of a question for an outcome ("what happens when ..."); empty where it asks something else.

    `unless` and `without` belong to it: they turn it around.
    """
    match = _ASKS_OUTCOME.match(question)
    return match["condition"].strip() if match else ""


def stated_condition(text: str, *, is_scenario: bool) -> str:
    """Give the part of an extract that says when it holds: the steps before THEN, or a sentence's conditional clause.

    The whole text where it names no condition: what it says then holds always.
    """
    if is_scenario:
        then = _THEN.search(text)
        return text[: then.start()] if then else text
    clause = _CLAUSE.search(text)
    return clause.group() if clause else text


def consequence(text: str, *, is_scenario: bool) -> str:
    """Give the part of an extract that says what comes about: the steps from THEN on, or a sentence less its clauses.

    Empty where a scenario has no THEN.
    """
    if is_scenario:
        then = _THEN.search(text)
        return text[then.start() :] if then else ""
    return _CLAUSE.sub("", text)


def negations(text: str) -> int:
    """Count the words that turn a condition around."""
    return len(_NEGATIONS.findall(text))


def is_turned_around(asked: str, stated: str) -> bool:
    """Tell whether one condition has a negation more than the other.

    Those of the steps around WHEN need not be asked for: of a scenario, WHEN alone may be asked, or all its steps.
    """
    when = _WHEN.search(stated)
    said = [stated]
    if when:
        step = _STEP.search(stated, when.end())
        said += [stated[when.start() :], stated[when.start() : step.start() if step else len(stated)]]
    return negations(asked) not in map(negations, said)
