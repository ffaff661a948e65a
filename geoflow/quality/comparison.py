"""Modified requirements beside those of the main specs: what they weaken, kept from one look to the next."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from geoflow.openspec.conflicts import Place
from geoflow.openspec.model import Delta, Requirement, Spec, Tree
from geoflow.quality.finding import Finding
from geoflow.quality.kept import Kept, key_of
from geoflow.quality.requirement_findings import is_counted_alike, read, written


class Comparison:
    """The main specs of a tree, with their requirements as merges compare them (`blocks`)."""

    def __init__(self, tree: Tree, blocks: Mapping[Place, str], kept: Kept) -> None:
        self._kept = kept
        self._blocks = blocks
        self._mains = {spec.id: spec for spec in tree.specs}

    def weakened(self, delta: Delta) -> Iterator[Finding]:
        """Find what a delta weakens; where a sentence is told that obliges less, the requirement as a whole is not."""
        main = self._mains.get(delta.id)
        if main is None:
            return
        before = {one.name: one for one in main.requirements}
        pairs = [self._of(delta, one, main, before.get(one.name)) for one in delta.modified]
        turned = [one for _, several in pairs for one in several]
        told = {one.requirement for one in turned if one.severity == "warning"}
        weakened = (one for several, _ in pairs for one in several)
        yield from (one for one in weakened if one.severity == "info" or one.requirement not in told)
        yield from turned

    def _of(
        self, delta: Delta, requirement: Requirement, main: Spec, before: Requirement | None
    ) -> tuple[list[Finding], list[Finding]]:
        block = self._blocks.get((delta.id, requirement.name))
        compare = partial(_compare, delta, requirement, main, block)
        if before is None or block is None or not is_counted_alike(delta.text):
            return compare()
        key = key_of(
            "weakened", self._kept.of_requirement(delta, requirement), self._kept.of_requirement(main, before), block
        )

        def work() -> list[list[list[Any]]]:
            return [[written(requirement, one) for one in found] for found in compare()]

        weakened, turned = self._kept.worked_out(key, f"for {delta.id}", work)
        return [read(delta, requirement, one) for one in weakened], [read(delta, requirement, one) for one in turned]


def _compare(
    delta: Delta, requirement: Requirement, main: Spec, block: str | None
) -> tuple[list[Finding], list[Finding]]:
    from geoflow.quality.turned import find_turned
    from geoflow.quality.weakened import find_weakened

    alone = delta._replace(added=(), modified=(requirement,), removed=(), renamed=())
    blocks = {} if block is None else {requirement.name: block}
    return list(find_weakened(alone, blocks)), list(find_turned(alone, main))
