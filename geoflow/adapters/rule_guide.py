"""What each rule is for, why it matters, and an example: read from the file that ships with geoflow."""

import tomllib
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.mending import how_mended
from geoflow.openspec.rules import LEVELS
from geoflow.quality.roles import CONSISTENCY, ROLES
from geoflow.quality.rules import RULES
from geoflow.resources import templates_folder

By = Literal["rule", "model", "openspec"]
GROUPS = {
    "GF1": "Form",
    "GF2": "Wording",
    "GF3": "Across documents",
    "GF4": "Answers",
    "GF5": "Roles",
    "OS-S": "OpenSpec: main specs",
    "OS-D": "OpenSpec: delta specs",
    "OS-C": "OpenSpec: changes",
    "OS-T": "OpenSpec: tasks",
    "OS-P": "OpenSpec: proposals",
    "OS-A": "OpenSpec: archived changes",
}
"""Title of each family of rules, by how its codes begin."""


@dataclass(frozen=True, slots=True)
class RuleGuide:
    """What there is to know of a rule.

    `finds` is a noun phrase, `why` a sentence. `bad` and `good` are documents in short, empty where none fits. `by`
    says who judges, and `asks` what a model is asked. `fix` says what to do where that is always the same; `mended` is
    empty where `improve` does not mend it.
    """

    code: str
    finds: str
    why: str
    severity: str
    by: By
    incose: str = ""
    bad: str = ""
    good: str = ""
    asks: str = ""
    fix: str = ""
    mended: str = ""

    @property
    def group(self) -> str:
        """Give the title of the family."""
        return next((title for prefix, title in GROUPS.items() if self.code.startswith(prefix)), "Others")

    @property
    def can_be_waived(self) -> bool:
        """Tell whether findings may be let stand, and the rule be switched off."""
        return self.by != "openspec"

    def document(self) -> dict[str, Any]:
        """Give it as scripts see it."""
        return {**asdict(self), "group": self.group, "can_be_waived": self.can_be_waived}


@lru_cache(maxsize=1)
def rule_guides() -> tuple[RuleGuide, ...]:
    """Give every rule, geoflow's own first, in the order of codes. What nobody has described has empty fields."""
    told = told_of_rules()
    own = [_guide(code, RULES[code], told.get(code, {})) for code in RULES]
    return (*own, *(_guide(code, str(told[code].get("name", "")), told[code]) for code in told if code not in RULES))


@lru_cache(maxsize=1)
def told_of_rules() -> dict[str, dict[str, str]]:
    """Read what is written down of rules, {code: {field: text}}."""
    text = (templates_folder() / "rules.toml").read_text("utf-8")
    return {
        code: {name: value.strip("\n") for name, value in fields.items()}
        for code, fields in tomllib.loads(text).items()
    }


def _guide(code: str, finds: str, told: dict[str, str]) -> RuleGuide:
    role = next((one for one in (*ROLES.values(), CONSISTENCY) if one.code == code), None)
    by: By = "openspec" if code.startswith("OS-") else "model" if role else "rule"
    severity = LEVELS[code].lower() if code in LEVELS else told.get("severity", "error")
    return RuleGuide(
        code,
        finds,
        told.get("why", ""),
        severity,
        by,
        told.get("incose", ""),
        told.get("bad", ""),
        told.get("good", ""),
        role.question if role else "",
        role.fix if role else told.get("mend", ""),
        how_mended(code),
    )


def rules_named(words: tuple[str, ...]) -> tuple[RuleGuide, ...]:
    """Find rules by code or by how it begins, in any case of letters; all where nothing is named.

    Raises:
        GeoflowError: `unknown-rule`, with the nearest right code.
    """
    every = rule_guides()
    found: dict[str, RuleGuide] = {}
    for word in words:
        code = word.strip().upper()
        exact = [one for one in every if one.code.upper() == code]
        family = [one for one in every if code and one.code.upper().startswith(code)]
        if not (exact or family):
            raise _unknown(word, [one.code for one in every])
        found.update((one.code, one) for one in exact or family)
    return tuple(found.values()) if words else every


def _unknown(word: str, codes: list[str]) -> GeoflowError:
    near = get_close_matches(word.upper(), codes, n=1, cutoff=0.5)
    return GeoflowError(
        f"There is no rule {word[:40]!r}{f'; did you mean {near[0]}?' if near else '.'}",
        fix=f"geoflow rules {near[0]}" if near else "See them all with: geoflow rules",
        code="unknown-rule",
        exit_code=ExitCode.USAGE,
    )
