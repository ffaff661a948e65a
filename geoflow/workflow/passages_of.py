"""The passages of one document at a time, cut when they are first asked for."""

from collections.abc import Mapping
from functools import cache

from geoflow.openspec import read_tree
from geoflow.questions.passage import Passage, passages
from geoflow.questions.question import PassagesOf


def passages_in(files: Mapping[str, bytes]) -> PassagesOf:
    """Give the passages of any of these files: {path: bytes}; none for a path that is not there."""

    @cache
    def of(path: str) -> tuple[Passage, ...]:
        if path not in files:
            return ()
        return passages(read_tree({path: files[path].decode("utf-8", "replace")}))

    return of
