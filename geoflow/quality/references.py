"""References between documents: a spec or a requirement that is named and is nowhere in the tree."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from itertools import compress

from geoflow.openspec.headings import folded_name
from geoflow.openspec.model import Delta, Requirement, Spec, Tree
from geoflow.quality.finding import Finding
from geoflow.quality.kept import Kept
from geoflow.quality.lazily import lazily
from geoflow.quality.place import Place, finding_at
from geoflow.quality.prose import FENCE, hide, without_comments

_QUOTED = r"(?:`(?P<{0}a>[^`\n]{{2,120}})`|[\"“](?P<{0}b>[^\"”\n]{{2,120}})[\"”])"
_CAPABILITY = lazily(
    rf"\b(?:the|see|per)\s+{_QUOTED.format('x')}\s+(?:capability|spec|specification)\b(?!\s+(?:file|field|key))"
    rf"|\bthe\s+(?:capability|spec|specification)\s+{_QUOTED.format('y')}",
    re.IGNORECASE,
)
_REQUIREMENT = lazily(
    rf"\b(?:the|see|per)\s+{_QUOTED.format('x')}\s+requirement\b|\bthe\s+requirement\s+{_QUOTED.format('y')}",
    re.IGNORECASE,
)
_PATH = lazily(
    r"\b(?:see|per|(?:defined|described|specified) (?:in|by))\s+`?(?P<path>openspec/specs/(?P<id>[\w./-]+)/spec\.md)\b",
    re.IGNORECASE,
)
_TASK = lazily(
    r"^[ \t]*[-*+][ \t]+\[[ xX]\][^\n]*?(?:[`\"“](?:#+ )?Requirement:[ \t]*(?P<a>[^`\"”\n]{3,120})[`\"”]|"
    r"\brequirement[ \t]+[\"“](?P<b>[A-Z][^\"”\n]* [^\"”\n]*)[\"”])",
    re.MULTILINE,
)
_LONG_CODE = lazily(r"(?<!`)``(?!`)[^\n]{1,300}?``(?!`)")
_ID = lazily(r"[a-z0-9]+(?:[-_/][a-z0-9]+)*")
_ALIKE = 0.75


def find_references(tree: Tree, within: Collection[str] | None = None, kept: Kept | None = None) -> list[Finding]:
    """Find capabilities and requirements that a requirement refers to and that are nowhere in the tree (GF314).

    Scenarios are not looked at, whose names may be examples. What an active change adds or removes is there: a delta
    may refer to what it takes away, and to what comes.
    """
    kept = kept or Kept()
    asked = [one for one in _documents(tree) if within is None or one.path in within]
    capabilities = {spec.id for spec in tree.specs} | {delta.id for change in tree.changes for delta in change.deltas}
    names: dict[str, str] = {}
    found: list[Finding] = []
    for document in asked:
        requirements = document.requirements if isinstance(document, Spec) else document.added + document.modified
        refer = kept.of_each(document, requirements, "refers", partial(_refers, document.text))
        for requirement in compress(requirements, refer):
            text = document.text[requirement.body_start : requirement.body_end]
            names = names or _names(tree)
            for start, end, message, fix in _dangling(text, capabilities, names):
                span = requirement.body_start + start, requirement.body_start + end
                place = Place(document.path, document.text, *span, requirement.name)
                found.append(finding_at(place, "GF314", "warning", message, fix))
    return found


def find_lost_tasks(tree: Tree, texts: Mapping[str, str], within: Collection[str] | None = None) -> Iterator[Finding]:
    """Find tasks of active changes that name a requirement which is nowhere in the tree (GF314).

    Args:
        tree: The tree.
        texts: The text of every file, by path.
        within: Paths of the files whose findings are asked for; None: all.
    """
    names: dict[str, str] = {}
    for change in tree.changes:
        path = f"{change.path}/tasks.md"
        text = texts.get(path, "")
        if "equirement" not in text or (within is not None and path not in within):
            continue
        names = names or _names(tree)
        for match in _TASK.finditer(FENCE.sub(hide, without_comments(text))):
            start, end = _span(match)
            name = text[start:end].strip()
            if folded_name(name) not in names:
                fix = _near(name, names.values(), "name a requirement that there is")
                place = Place(path, text, start, end)
                yield finding_at(place, "GF314", "warning", f"there is no requirement “{name}”", fix)


def _documents(tree: Tree) -> Iterator[Spec | Delta]:
    yield from tree.specs
    for change in tree.changes:
        yield from change.deltas


def _names(tree: Tree) -> dict[str, str]:
    found: dict[str, str] = {}
    for spec in tree.specs:
        found |= {folded_name(one.name): one.name for one in spec.requirements}
    for change in tree.changes:
        for delta in change.deltas:
            found |= {folded_name(one.name): one.name for one in delta.added + delta.modified}
            found |= {folded_name(one.name): one.name for one in delta.removed}
            found |= {folded_name(name): name for one in delta.renamed for name in (one.old, one.new)}
    return found


def _refers(document: str, requirement: Requirement) -> bool:
    """Tell whether the text of a requirement may refer to anything, known or not."""
    text = document[requirement.body_start : requirement.body_end]
    if not any(word in text for word in ("spec", "capability", "requirement")):
        return False
    visible = _visible(text)
    return any(pattern.search(visible) for pattern in (_CAPABILITY, _PATH, _REQUIREMENT))


def _visible(text: str) -> str:
    return _LONG_CODE.sub(hide, FENCE.sub(hide, without_comments(text)))


def _dangling(text: str, capabilities: set[str], names: dict[str, str]) -> Iterator[tuple[int, int, str, str]]:
    visible = _visible(text)
    for match in _CAPABILITY.finditer(visible):
        start, end = _span(match)
        name = text[start:end].strip()
        # Without a hyphen it may be any other kind of specification.
        if _ID.fullmatch(name) and "-" in name and not _is_capability(name, capabilities):
            yield start, end, f"there is no spec {name}", _near(name, capabilities, "name a spec that there is")
    for match in _PATH.finditer(visible):
        if match["id"] not in capabilities:
            fix = _near(match["id"], capabilities, "name a spec that there is")
            yield *match.span("path"), f"there is no spec {match['id']}", fix
    for match in _REQUIREMENT.finditer(visible):
        start, end = _span(match)
        name = text[start:end].strip().removeprefix("Requirement:").strip()
        if " " in name and name[:1].isupper() and folded_name(name) not in names:
            fix = _near(name, names.values(), "name a requirement that there is")
            yield start, end, f"there is no requirement “{name}”", fix


def _span(match: re.Match[str]) -> tuple[int, int]:
    return next(match.span(name) for name, value in match.groupdict().items() if value is not None)


def _is_capability(name: str, capabilities: set[str]) -> bool:
    return name in capabilities or any(one.endswith(f"/{name}") for one in capabilities)


def _near(name: str, known: Collection[str], otherwise: str) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=_ALIKE)
    return f"is it “{near[0]}”?" if near else otherwise
