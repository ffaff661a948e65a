"""The requirements of a branch as it is now, by document and name: what outcomes are told from."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from geoflow.openspec import read_tree
from geoflow.ports import Repository, Runs
from geoflow.quality.findings import documents, purpose_place, requirements_of


class BranchTexts:
    """The texts of a branch, or of the checked-out commit where it is gone. A document is parsed when it is asked for.

    Read at first are the documents at `paths`, and below those that end in a slash; the others only where one of them,
    or the name of a requirement that has left its own, is asked for. `tip` is the commit that they are read at.
    """

    def __init__(self, repository: Repository, runs: Runs, on: str, paths: Collection[str] = ()) -> None:
        self.tip = (runs.tip(on) if on else "") or repository.head().commit
        self._repository, self._paths = repository, frozenset(paths)
        self._folders = tuple(path for path in self._paths if path.endswith("/"))
        self._files = _decoded(repository.read(self.tip, archive=False, only=self._paths))
        self._found: dict[str, dict[str, list[str]]] = {}

    def document(self, path: str) -> str | None:
        """Give the text of a document; None where it is not there."""
        is_read = path in self._paths or path.startswith(self._folders)
        return (self._files if is_read else self._every).get(path)

    def holds(self, folder: str) -> bool:
        """Tell whether anything lies below a folder, whose name ends in a slash."""
        return any(path.startswith(folder) for path in (self._files if folder in self._paths else self._every))

    def joined(self, path: str, names: Sequence[str]) -> str:
        """Give the requirements of these names, one after the other, as they stand in a document; some may be gone."""
        return "\n\n".join(block for name in names for block in self.within(path).get(name.strip(), [])[:1])

    def of(self, path: str, requirement: str) -> Sequence[str]:
        """Give the requirements that may be this one; one that has moved to another document is found by its name."""
        if own := self.within(path).get(requirement):
            return own
        return self.named.get(requirement, []) if requirement else []

    def within(self, path: str) -> Mapping[str, list[str]]:
        """Give the text of each requirement of a document by its name, and of its Purpose under the empty one."""
        if path not in self._found:
            text = self.document(path)
            self._found[path] = {} if text is None else blocks({path: text})
        return self._found[path]

    @cached_property
    def named(self) -> Mapping[str, list[str]]:
        """Give the text of each requirement of all documents by its name, and of each Purpose under the empty one."""
        return blocks(self._every)

    @cached_property
    def _every(self) -> dict[str, str]:
        return _decoded(self._repository.read(self.tip, archive=False))


def _decoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: content.decode("utf-8", "surrogateescape") for path, content in files.items()}


def blocks(files: Mapping[str, str]) -> dict[str, list[str]]:
    """Give the text of each requirement by its name, and of each Purpose under the empty one."""
    found: dict[str, list[str]] = {}
    for document in documents(read_tree(files)):
        for requirement in requirements_of(document):
            found.setdefault(requirement.name, []).append(document.text[requirement.start : requirement.end])
        start, end = purpose_place(document)
        if end > start:
            found.setdefault("", []).append(document.text[start:end])
    return found
