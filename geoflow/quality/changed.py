"""What of a tree differs from an earlier state of it, by requirement."""

from collections.abc import Iterable, Mapping

from geoflow.openspec.model import Tree
from geoflow.quality.finding import Finding
from geoflow.quality.findings import documents, requirements_of


class Changed:
    """The documents and requirements of a tree that are new, or read otherwise than before.

    Args:
        tree: The tree as it is.
        texts: Its files, {path: text}.
        tree_before: The earlier tree.
        texts_before: The earlier files.
    """

    def __init__(
        self, tree: Tree, texts: Mapping[str, str], tree_before: Tree, texts_before: Mapping[str, str]
    ) -> None:
        self._paths = frozenset(path for path, text in texts.items() if texts_before.get(path) != text)
        before = dict(_blocks(tree_before))
        self._same = frozenset(place for place, block in _blocks(tree) if before.get(place) == block)

    def holds(self, path: str, requirement: str) -> bool:
        """Tell whether this requirement changed, or, where none is named, its document."""
        return path in self._paths and (not requirement or (path, requirement) not in self._same)

    def among(self, findings: Iterable[Finding]) -> list[Finding]:
        """Keep the findings on what changed."""
        return [finding for finding in findings if self.holds(finding.path, finding.requirement)]


def _blocks(tree: Tree) -> Iterable[tuple[tuple[str, str], str]]:
    for document in documents(tree):
        for requirement in requirements_of(document):
            # What follows the last line of a block is the gap to the next one, which is not this one's.
            block = document.text[requirement.start : requirement.end].rstrip()
            yield (document.path, requirement.name), block
