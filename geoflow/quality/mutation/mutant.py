"""A mutant: a document in which one thing was made wrong on purpose, and what is known about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from geoflow.openspec.model import Delta, Requirement, Spec, Tree
from geoflow.openspec.writer import splice
from geoflow.quality.finding import Finding
from geoflow.quality.mutation.phrasing import Half

Layer = Literal["D", "X", "L", "none"]
"""What it takes to see it: one document, a base or other documents, a model; `none`: there is nothing to see."""
Setting = Literal["alone", "since", "change"]
"""How it is reviewed: as it stands, against the earlier text, or as an active change beside the main spec."""


@dataclass(frozen=True, slots=True)
class Target:
    """A requirement that may be mutated, its document, and the tree around it."""

    tree: Tree
    document: Spec | Delta
    requirement: Requirement


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a document: `text[start:end]` becomes `new`.

    `injected` is what a reader would point at, empty where something was taken away. `names` are the requirements on
    which a finding counts, besides the target. `path` and `before` are given where another file than the target's is
    edited, `companions` where files have to be there for it ({path: text}).
    """

    start: int
    end: int
    new: str
    injected: str = ""
    names: tuple[str, ...] = ()
    path: str = ""
    before: str = ""
    companions: Mapping[str, str] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()


Injector = Callable[[Target, Random, Half], Edit | None]
"""Makes one thing wrong with a target; None where it does not lend itself to that."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A way to make a requirement wrong.

    Attributes:
        id: Short name, such as `A1`.
        title: What is made wrong.
        layer: What it takes to see it.
        setting: How its mutants are reviewed.
        codes: Rules that fit, whatever else they find.
        incose: INCOSE rules; a rule of wording that declares one of them fits.
        roles: Roles of the dialogue that ought to object.
        inject: Makes the mutant.
        halves: Whether there are phrasings in two halves; else all its mutants are in the first.
        undone: The mutant is the original here, and the document as it stands the better text.
    """

    id: str
    title: str
    layer: Layer
    setting: Setting
    inject: Injector
    codes: frozenset[str] = frozenset()
    incose: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    halves: tuple[Half, ...] = ("first",)
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Mutant:
    """One document with one thing made wrong: `after` is its text, `before` the text that a repair would restore.

    Attributes:
        operator: The operator that made it.
        half: Which half of the phrasings its words come from.
        path: The file that was edited; `before` is empty where there was none.
        requirement: The requirement that was mutated; of another file where a task or a delta's proposal was edited.
        edit: The replacement.
        companions: Files that stand beside both texts, such as the rest of a change: {path: text}.
    """

    operator: Operator
    half: Half
    path: str
    requirement: str
    before: str
    edit: Edit
    home: str
    """The document that the requirement stands in."""

    @property
    def companions(self) -> Mapping[str, str]:
        """Give the files that stand beside both texts."""
        return self.edit.companions

    @property
    def after(self) -> str:
        """Give the whole mutated document."""
        return splice(self.before, self.edit.start, self.edit.end, self.edit.new)

    @property
    def injected(self) -> str:
        """Give what a reader would point at; empty where something was taken away."""
        return self.edit.injected

    @property
    def good(self) -> str:
        """Give what a repair would restore in the place of `bad`."""
        return self.before[self.edit.start : self.edit.end]

    @property
    def bad(self) -> str:
        """Give what stands in the place of `good`."""
        return self.edit.new

    @property
    def key(self) -> str:
        """Name this mutant among those of one run."""
        return f"{self.operator.id}:{self.half}:{self.path}:{self.requirement}"

    def holds(self, finding: Finding) -> bool:
        """Tell whether a finding lies on what was mutated."""
        if finding.path.startswith(self.edit.prefixes):
            return True
        if finding.path not in (self.path, self.home):
            return False
        return finding.requirement in (self.requirement, *self.edit.names)
