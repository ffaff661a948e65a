"""What a role looks at."""

from dataclasses import dataclass

from geoflow.openspec import Delta, Requirement, Spec


@dataclass(frozen=True)
class Item:
    """A requirement and the document it stands in."""

    document: Spec | Delta
    requirement: Requirement

    @property
    def place(self) -> tuple[str, str]:
        """Give the path of the document and the requirement's name."""
        return self.document.path, self.requirement.name

    @property
    def block(self) -> str:
        """Give the requirement's source, scenarios included."""
        return self.document.text[self.requirement.start : self.requirement.end]

    @property
    def sentence(self) -> str:
        """Give its heading and what it asks for, scenarios left out."""
        return self.document.text[self.requirement.start : self.requirement.body_end]
