"""How `improve` mends what a rule finds, in words: from the contracts and strategies that it goes by."""

from geoflow.improvement.contract import ANSWERABLE, CONTRACTS, UNHELD, is_choice
from geoflow.improvement.strategies import by_code, by_model

_CHOICES = {
    "split": "splits the requirement, by code, as a person has answered",
    "drop": "drops one of the two, by code, as a person has answered",
    "step": "asks a person, and adds the answer as a step, by code",
    "scenario": "adds a scenario from the requirement's own words or a person's answer",
}


def how_mended(code: str) -> str:
    """Say how findings of a rule are mended, as clauses with verbs; empty where `improve` leaves them to people."""
    ways: list[str] = []
    if code in CONTRACTS and is_choice(code):
        ways.append(_CHOICES[CONTRACTS[code].shape])
    if strategies := by_code(code):
        ways.append(f"mends it by code alone ({', '.join(strategies)})")
    if strategies := by_model(code):
        ways.append(f"{'' if ways else 'mends it '}with the model ({', '.join(strategies)})")
    if code in ANSWERABLE or code == UNHELD:
        answered = "puts a person's answer in its place"
        ways.append(answered if code in ANSWERABLE else "adds the answer as a sentence")
    return ", else ".join(ways)
