"""Every rule of geoflow's own by its code, so that each can be named, and switched off by name."""

from collections.abc import Iterable
from difflib import get_close_matches

from geoflow.quality.roles import ROLES

RULES: dict[str, str] = {
    "GF101": "an obligation in lower case",
    "GF102": "an obligation that does not oblige",
    "GF111": "a scenario heading that has not its form",
    "GF112": "a step whose keyword has not its form",
    "GF113": "a scenario that does not say what comes out",
    "GF114": "a scenario that does not say when it happens",
    "GF115": "a scenario whose steps stand twice",
    "GF116": "a waiver without a reason",
    "GF117": "a waiver that waives nothing",
    "GF118": "a waiver for what is no rule, or none that can be waived",
    "GF201": "a manner that judges instead of saying what happens",
    "GF202": "a word that judges instead of naming a property",
    "GF203": "a clause that lets the reader off",
    "GF204": "a list that is left open",
    "GF205": "words that add nothing to the verb",
    "GF206": "and/or",
    "GF207": "a pronoun in the place of who has to do it",
    "GF208": "a second obligation in one requirement",
    "GF209": "an obligation in the passive that names no one who acts",
    "GF210": "an amount without a number",
    "GF211": "a placeholder",
    "GF212": "a condition that nobody named",
    "GF213": "a quality or a comparison without a measure",
    "GF214": "an absolute claim",
    "GF215": "a reference to what is not in the tree",
    "GF216": "two words with a stroke between them",
    "GF217": "an acronym that is used once and written out nowhere",
    "GF218": "a figure that the scenarios give otherwise",
    "GF219": "a word that the project has ruled out",
    "GF220": "a condition in the middle of what it sets off",
    "GF301": "a delta that modifies, removes or renames what is not in the main spec",
    "GF302": "a delta that adds what is in the main spec already",
    "GF303": "a requirement that two active changes touch",
    "GF304": "a requirement that has changed in the main spec since a delta for it was written",
    "GF305": "a capability that a proposal names and no delta is for",
    "GF306": "a delta for a capability that its proposal does not name",
    "GF307": "a capability that a proposal lists as new though it exists, or as modified though it does not",
    "GF308": "a change whose tasks are all done and that is still active",
    "GF309": "a change without tasks, or with none done though the main specs say what it adds",
    "GF310": "a delta that obliges less than the main spec, or changes a number",
    "GF311": "a requirement that says the same as another one",
    "GF312": "a requirement that says the opposite of another one, or another number",
    "GF313": "a word in the place of the project's own term",
    "GF314": "a reference to a spec or requirement that is nowhere",
    "GF315": "a requirement that says in other words what another one says",
    "GF316": "an outcome that contradicts another one under the same condition",
    "GF320": "a scenario that is gone since the base",
    "GF321": "a number or unit that changed since the base",
    "GF322": "an outcome that was turned round since the base",
    "GF401": "an answer that the requirement it is about does not hold",
    "GF501": "an objection of the tester",
    "GF502": "an objection of the role architecture",
    "GF503": "an objection of the role requirements",
    "GF504": "an objection of the role usability",
    "GF505": "an objection of the role scalability",
    "GF506": "an objection of the role performance",
    "GF507": "an objection of the role security",
    "GF508": "two requirements that cannot both hold, to the role consistency",
}
"""Code and what the rule finds. Issues of validation (OS codes) are the npm CLI's and cannot be switched off."""


def switched_off(codes: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Tell which of these codes are rules, in any case of letters, and what to say of those that are none."""
    wanted = [code.strip() for code in codes]
    unknown = [code for code in wanted if code.upper() not in RULES]
    told = tuple(no_rule(code, "switched off") for code in unknown)
    return frozenset(code.upper() for code in wanted) & RULES.keys(), told


def is_rule(code: str) -> bool:
    """Tell whether a code is that of a rule or a role, whose findings may be waived."""
    return code in RULES or any(role.code == code for role in ROLES.values())


def no_rule(code: str, what: str) -> str:
    """Say why a code can't be `switched off` or `waived`, with the nearest rule where it looks misspelt."""
    if code.upper().startswith("OS-"):
        return f"{code} is a rule of OpenSpec, which cannot be {what}: its verdicts are those of the npm CLI."
    near = get_close_matches(code.upper(), RULES, n=1, cutoff=0.5)
    return f"there is no rule {code}" + (f"; did you mean {near[0]}?" if near else ".")
