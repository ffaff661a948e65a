"""Builders for hand-written items, and a short way to adopt them."""

from collections.abc import Mapping
from dataclasses import dataclass

from geoflow.improvement.adopt import adopt, look_around
from geoflow.improvement.adopt_page import Adopted, Place, Scenario
from geoflow.improvement.gate_adopt import Adoption, AdoptVerdict, judge_adoption
from geoflow.openspec import Issue, validate

SPEC = "openspec/specs/kiln/spec.md"
CHANGE = "openspec/changes/add-kiln/"
OVERVIEW = "## Overview\n\nThis specification says what the kiln owes to the potters who fire their pots in it.\n"


def coded(code: str, name: str, *criteria: str, text: str = "Holds the heat.", status: str = "Required**") -> str:
    """Write a requirement as hand-written specs do: a code, marks, a table, a list of criteria."""
    items = "".join(f"- [ ] {one}\n" for one in criteria)
    listed = f"\n**Acceptance Criteria:**\n{items}" if criteria else ""
    return (
        f"### {code}: {name}\n\n**Priority:** Critical\n**Status:** {status}\n\n{text}\n\n"
        f"| Requirement | Description |\n|-------------|-------------|\n| {code}.1 | Keep the door shut |\n{listed}\n"
    )


def hand_written(*requirements: str, before: str = OVERVIEW, after: str = "") -> str:
    """Write a whole hand-written spec."""
    return f"# Kiln Specification\n\n{before}\n## Requirements\n\n{''.join(requirements)}{after}"


@dataclass(frozen=True)
class Done:
    """An adoption with what the gate and validation say of it."""

    adopted: Adopted
    verdict: AdoptVerdict
    issues: tuple[Issue, ...]
    sources: Mapping[str, str]

    @property
    def text(self) -> str:
        """Give the only document that was written, or the delta of a change."""
        return next(text for path, text in self.adopted.texts.items() if path.endswith("spec.md"))

    @property
    def kept(self) -> bool:
        """Tell whether the gate lets it through."""
        return not (self.adopted.why_not or self.verdict.refused_by)

    def scenario(self, title: str) -> Scenario:
        """Find a scenario by its title."""
        return next(one for one in self.adopted.scenarios if one.title == title)

    def steps(self, title: str) -> list[tuple[str, str]]:
        """Give keyword and words of each step of a scenario."""
        return [(step.keyword, step.text) for step in self.scenario(title).steps]

    def asked(self, words: str) -> bool:
        """Tell whether a question says these words."""
        return any(words in one.text for one in self.adopted.questions)


def adopt_spec(text: str, others: Mapping[str, str] | None = None) -> Done:
    """Adopt a main spec."""
    return _done("spec", "kiln", {SPEC: text}, others or {})


def adopt_change(
    files: Mapping[str, str], others: Mapping[str, str] | None = None, obligations: frozenset[Place] = frozenset()
) -> Done:
    """Adopt a change of these files, relative to its folder."""
    return _done("change", "add-kiln", {CHANGE + name: text for name, text in files.items()}, others or {}, obligations)


def _done(
    kind: str,
    item: str,
    own: Mapping[str, str],
    others: Mapping[str, str],
    obligations: frozenset[Place] = frozenset(),
) -> Done:
    around = look_around({**others, **own})
    made = adopt(kind, item, own, around, obligations)
    left = {path: text for path, text in own.items() if path not in made.removed}
    reports = validate({**left, **made.texts})
    issues = next((one.issues for one in reports if (one.type, one.id) == (kind, item)), ())
    sources = {**around.archive, **own}
    verdict = AdoptVerdict(()) if made.why_not else judge_adoption(Adoption(made, sources, tuple(issues)))
    return Done(made, verdict, tuple(issues), sources)
