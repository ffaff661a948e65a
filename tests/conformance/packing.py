"""Many small trees in one, so that a run of the judge serves a hundred; and back to the one tree that disagrees."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from geoflow.openspec import validate
from geoflow.openspec.disk import open_files
from tests.builders import write_tree
from tests.conformance.mutants import Files
from tests.conformance.npm import JudgeFailedError, Verdict, judge, ours
from tests.conformance.pieces import NUMBER

PACK = 100
MOST = 3  # disagreements of one pack that are made small: what is wrong in one is often wrong in all
_CONFIG = "openspec/config.yaml"


class Disagreement(NamedTuple):
    """A tree about which the two sides differ: what they say, and its smallest form that was found."""

    strict: bool
    theirs: tuple[Verdict, ...]
    mine: tuple[Verdict, ...]
    files: Mapping[str, str]

    def __str__(self) -> str:
        theirs = [item for item in self.theirs if item not in self.mine] or list(self.theirs)
        mine = [item for item in self.mine if item not in self.theirs] or list(self.mine)
        mode = "strict" if self.strict else "normal"
        return f"{mode}\nnpm:     {theirs}\ngeoflow: {mine}\n{json.dumps(dict(self.files), indent=1)}"


class Judged(NamedTuple):
    """What both sides say of the items of one tree, in order."""

    theirs: list[Verdict]
    mine: list[Verdict]

    def pairs(self) -> Iterator[tuple[Verdict | None, Verdict | None]]:
        """Pair the items of both sides; None where a side lacks the item."""
        theirs, mine = ({(item.type, item.id): item for item in side} for side in self)
        return ((theirs.get(key), mine.get(key)) for key in {**theirs, **mine})


def numbered(files: Files, number: int) -> Files:
    """Give a tree's names their number, and its paths their place below `openspec/`."""
    mark = f"{number:03}"
    return {f"openspec/{path.replace(NUMBER, mark)}": text.replace(NUMBER, mark) for path, text in files.items()}


def pack(trees: Sequence[Files], config: str | None) -> Files:
    """Put trees side by side in one, with one config."""
    whole = {} if config is None else {_CONFIG: config}
    for number, files in enumerate(trees):
        whole |= numbered(files, number)
    return {"openspec/specs/": "", "openspec/changes/": "", **whole}


def written(files: Files, folder: Path) -> Path:
    """Write a tree; half a character becomes a byte that is no UTF-8, a path with a slash at its end a folder."""
    for path in files:
        (folder / path if path.endswith("/") else (folder / path).parent).mkdir(parents=True, exist_ok=True)
    return write_tree(
        folder, {path: text.encode("utf-8", "surrogateescape") for path, text in files.items() if path[-1] != "/"}
    )


def judged(files: Files, *, strict: bool) -> Judged:
    """Ask both sides about a tree; ours reads it from the disk as well."""
    with tempfile.TemporaryDirectory(prefix="geoflow-fuzz-") as folder:
        return judged_at(written(files, Path(folder)), strict=strict)


def judged_at(root: Path, *, strict: bool) -> Judged:
    """Ask both sides about a tree that lies on the disk."""
    theirs = judge(root, strict=strict)
    known = {(item.type, item.id): item for item in theirs}
    nothing = Verdict("", "", valid=True, issues=())
    files = open_files(str(root))
    reports = validate(files)
    mine = [ours(one, known.get((one.type, one.id), nothing), strict=strict, files=files) for one in reports]
    return Judged(theirs, mine)


def differing(found: Judged) -> bool:
    """Tell whether anything differs, the order of the items included; items of one id have no order."""
    return _ordered(found.theirs) != _ordered(found.mine)


def _ordered(items: list[Verdict]) -> list[list[Verdict]]:
    groups: list[list[Verdict]] = []
    for item in items:
        if groups and groups[-1][0].id == item.id:
            groups[-1] = sorted([*groups[-1], item])
        else:
            groups.append([item])
    return groups


def disagreements(
    trees: Sequence[Files], config: str | None, *, strict: bool
) -> tuple[list[Judged], list[Disagreement]]:
    """Ask both sides about all trees at once, and about those that differ one by one."""
    try:
        found = judged(pack(trees, config), strict=strict)
    except JudgeFailedError:
        return _halved(trees, config, strict=strict)
    if not differing(found):
        return [found], []
    if all(one == other for one, other in found.pairs()):
        return [found], [_whole(found, strict=strict)]
    guilty = list(islice(_guilty(trees, config, strict=strict), MOST))
    smaller = [smallest(files, config, strict=strict) for files in guilty]
    return [found], smaller or [_whole(found, strict=strict)]


def _halved(trees: Sequence[Files], config: str | None, *, strict: bool) -> tuple[list[Judged], list[Disagreement]]:
    """Find the tree that the judge itself dies of."""
    if len(trees) == 1:
        return [], [Disagreement(strict, (), (), numbered(trees[0], 0))]
    half = len(trees) // 2
    left, wrong = disagreements(trees[:half], config, strict=strict)
    right, also = disagreements(trees[half:], config, strict=strict)
    return left + right, wrong + also


def _whole(found: Judged, *, strict: bool) -> Disagreement:
    """Report what no single tree shows, such as the order of items of different trees."""
    at = next(index for index, (one, other) in enumerate(zip(found.theirs, found.mine, strict=False)) if one != other)
    theirs, mine = (tuple(side[max(0, at - 1) : at + 2]) for side in found)
    return Disagreement(strict, theirs, mine, {})


def _guilty(trees: Sequence[Files], config: str | None, *, strict: bool) -> Iterator[Files]:
    """Select the trees that differ on their own, halving what is left until they are found."""
    if not differing(judged(pack(trees, config), strict=strict)):
        return
    if len(trees) == 1:
        yield trees[0]
        return
    half = len(trees) // 2
    yield from _guilty(trees[:half], config, strict=strict)
    yield from _guilty(trees[half:], config, strict=strict)


def smallest(files: Files, config: str | None, *, strict: bool) -> Disagreement:
    """Shrink a tree that differs: files, then lines, all candidates of a round judged in one run."""
    for _ in range(25):
        candidates = list(_smaller(files))[:300]
        kept = next((one for one in _still_differing(candidates, config, strict=strict)), None)
        if kept is None:
            break
        files = kept
    found = judged(pack([files], config), strict=strict)
    return Disagreement(strict, tuple(found.theirs), tuple(found.mine), pack([files], config))


def _smaller(files: Files) -> Iterator[Files]:
    for path in files:
        yield {name: text for name, text in files.items() if name != path}
    for path, text in files.items():
        lines = text.splitlines(keepends=True)
        size = len(lines) // 2
        while size:
            for at in range(0, len(lines), size):
                yield {**files, path: "".join(lines[:at] + lines[at + size :])}
            size //= 2


def _still_differing(candidates: list[Files], config: str | None, *, strict: bool) -> Iterator[Files]:
    if not candidates:
        return
    found = judged(pack(candidates, config), strict=strict)
    wrong = {_number_of(item) for one, other in found.pairs() if one != other and (item := other or one)}
    yield from (files for number, files in enumerate(candidates) if number in wrong)


def _number_of(item: Verdict) -> int:
    """Read the number of its tree from an item's id; -1 where there is none."""
    found = re.findall(r"[0-9]{3,}", item.id)
    return int(found[-1][-3:]) if found else -1
