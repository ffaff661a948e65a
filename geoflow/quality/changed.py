"""What of a tree differs from an earlier state of it, by requirement."""

from collections.abc import Iterable, Mapping

from geoflow.openspec.model import Tree
from geoflow.quality.finding import Finding
from geoflow.quality.findings import documents, requirements_of


class Changed:
    """The documents and requirements of a tree that are new, or read otherwise than before; `paths` are their files.

    Args:
        tree: The tree as it is.
        texts: Its files, {path: text}.
        tree_before: The earlier tree, at least what of it has changed since.
        texts_before: The earlier files.
    """

    def __init__(
        self, tree: Tree, texts: Mapping[str, str], tree_before: Tree, texts_before: Mapping[str, str]
    ) -> None:
        self.paths = changed_paths(texts, texts_before)
        before = dict(_blocks(tree_before, self.paths))
        self._same = frozenset(place for place, block in _blocks(tree, self.paths) if before.get(place) == block)

    def holds(self, path: str, requirement: str) -> bool:
        """Tell whether this requirement changed, or, where none is named, its document."""
        return path in self.paths and (not requirement or (path, requirement) not in self._same)

    def among(self, findings: Iterable[Finding]) -> list[Finding]:
        """Keep the findings on what changed."""
        return [finding for finding in findings if self.holds(finding.path, finding.requirement)]


def changed_paths(texts: Mapping[str, str], before: Mapping[str, str]) -> frozenset[str]:
    """Tell which files are new, or read otherwise than before."""
    return frozenset(path for path, text in texts.items() if before.get(path) != text)


def _blocks(tree: Tree, paths: frozenset[str]) -> Iterable[tuple[tuple[str, str], str]]:
    for document in documents(tree):
        if document.path not in paths:
            continue
        for requirement in requirements_of(document):
            # What follows the last line of a block is the gap to the next one, which is not this one's.
            block = document.text[requirement.start : requirement.end].rstrip()
            yield (document.path, requirement.name), block
