"""Documents that were parsed before, read from what is kept of them: most of a tree is as it was."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from geoflow.openspec.later import LaterScenarios
from geoflow.openspec.lines import WHITE
from geoflow.openspec.model import (
    Delta,
    RemovedRequirement,
    RenamedRequirement,
    Requirement,
    Scenario,
    Section,
    Span,
    Spec,
    Tree,
)
from geoflow.openspec.parser import parse_delta, parse_spec
from geoflow.openspec.tree import read_tree
from geoflow.quality.kept import Kept

_WHAT = "parsed"
_T = TypeVar("_T", Spec, Delta)
_Parse = Callable[[str, str, str], _T]


def read_again(files: Mapping[str, str], kept: Kept | None) -> Tree:
    """Parse a tree as `read_tree` does; a document whose text was parsed before is not parsed again.

    Scenarios are not kept: most of them nobody asks for, and a document is parsed when one of its own is.
    """
    if kept is None:
        return read_tree(files)
    spec = _parser(kept, Spec, parse_spec, _spec, _written_spec)
    delta = _parser(kept, Delta, parse_delta, _delta, _written_delta)
    return read_tree(files, spec, delta)


def _parser(
    kept: Kept, kind: type[_T], parse: _Parse[_T], read: Callable[[str, str, str, Any], _T], write: Callable[[_T], Any]
) -> _Parse[_T]:
    """Make what parses a kind of document where it was not parsed before, and keeps it then."""

    def parsed(id: str, path: str, text: str) -> _T:  # noqa: A002  (the word of the format)
        key = kept.of_text(kind, text)
        written = kept.entry(key).get(_WHAT)
        if written:
            return read(id, path, text, written)
        made = parse(id, path, text)
        kept.keep(key, _WHAT, write(made))
        return made

    return parsed


class _Scenarios:
    """The scenarios of a document's requirements, by number; all of it is parsed when the first one is asked for."""

    __slots__ = ("_kind", "_parsed", "_text")

    def __init__(self, kind: type[Spec] | type[Delta], text: str) -> None:
        self._kind = kind
        self._text = text
        self._parsed: tuple[Requirement, ...] | None = None

    def of(self, number: int) -> LaterScenarios:
        return LaterScenarios(lambda: self._read(number))

    def _read(self, number: int) -> tuple[Scenario, ...]:
        if self._parsed is None:
            if self._kind is Spec:
                self._parsed = parse_spec("", "", self._text).requirements
            else:
                delta = parse_delta("", "", self._text)
                self._parsed = delta.added + delta.modified
        return tuple(self._parsed[number].scenarios)


def _written_spec(spec: Spec) -> list[Any]:
    sections = [_written_section(one) for one in (spec.purpose_section, spec.requirements_section)]
    return [spec.title, spec.purpose, *sections, [_written(spec.text, one) for one in spec.requirements]]


def _spec(id: str, path: str, text: str, written: list[Any]) -> Spec:  # noqa: A002
    title, purpose, purpose_section, requirements_section, requirements = written
    scenarios = _Scenarios(Spec, text)
    return Spec(
        id,
        path,
        text,
        title,
        purpose,
        _section(purpose_section),
        _section(requirements_section),
        tuple([_read(text, scenarios, number, one) for number, one in enumerate(requirements)]),
    )


def _written_delta(delta: Delta) -> list[Any]:
    stated = [[_written(delta.text, one) for one in several] for several in (delta.added, delta.modified)]
    removed = [[one.name, *one.span] for one in delta.removed]
    return [delta.purpose, *stated, removed, [[one.old, one.new, *one.span] for one in delta.renamed]]


def _delta(id: str, path: str, text: str, written: list[Any]) -> Delta:  # noqa: A002
    purpose, added, modified, removed, renamed = written
    scenarios = _Scenarios(Delta, text)
    return Delta(
        id,
        path,
        text,
        purpose,
        tuple([_read(text, scenarios, number, one) for number, one in enumerate(added)]),
        tuple([_read(text, scenarios, number, one) for number, one in enumerate(modified, len(added))]),
        tuple([RemovedRequirement(name, Span(*span)) for name, *span in removed]),
        tuple([RenamedRequirement(old, new, Span(*span)) for old, new, *span in renamed]),
    )


def _written_section(section: Section | None) -> list[Any] | None:
    return None if section is None else [*section[:-1], *section.span]


def _section(written: list[Any] | None) -> Section | None:
    if written is None:
        return None
    title, level, start, end, body_start, *span = written
    return Section(title, level, start, end, body_start, Span(*span))


def _written(text: str, one: Requirement) -> list[Any]:
    has_scenarios = isinstance(one.scenarios, LaterScenarios)
    body = 0 if one.text == _plain(text, one.body_start, one.body_end) else one.text
    return [one.name, body, has_scenarios, one.start, one.end, one.body_start, one.body_end, *one.span]


def _read(text: str, scenarios: _Scenarios, number: int, written: list[Any]) -> Requirement:
    name, body, has_scenarios, start, end, body_start, body_end, *span = written
    return Requirement(
        name,
        _plain(text, body_start, body_end) if body == 0 else body,
        scenarios.of(number) if has_scenarios else (),
        start,
        end,
        body_start,
        body_end,
        Span(*span),
    )


def _plain(text: str, start: int, end: int) -> str:
    """Give the body of a requirement as it reads where nothing in it is hidden, so that it need not be kept."""
    return "\n".join([bare for line in text[start:end].split("\n") if (bare := line.strip(WHITE))])
