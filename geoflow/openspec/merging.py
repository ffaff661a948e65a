"""Merging a delta into a main spec: the new text, byte for byte what the npm CLI 1.13.2 writes."""

from collections.abc import Iterator
from typing import NamedTuple

from geoflow.openspec.applying import Applied, apply_delta
from geoflow.openspec.delta_reader import read_plan
from geoflow.openspec.layout import SPECS
from geoflow.openspec.leftovers import unaccounted
from geoflow.openspec.lines import Lines, split
from geoflow.openspec.mains import Entry, Main, open_main
from geoflow.openspec.model import Merged, Refusal
from geoflow.openspec.purpose import Skeleton, new_spec, purpose_of
from geoflow.openspec.rebuild import lost_with, rebuilt
from geoflow.openspec.writer import match_ending


def merge(delta: str, spec: str | None, *, capability: str, change: str) -> Merged | Refusal:
    """Merge a delta spec into its main spec.

    Args:
        delta: The text of the change's `specs/<capability>/spec.md`.
        spec: The text of the main spec, None where there is none yet.
        capability: Path of the folder below `specs/`, the title of a new spec.
        change: Name of the change, named in the Purpose of a new spec whose delta has none.

    Returns:
        The new text with what was done, or why nothing can be done.
    """
    main = None if spec is None else open_main(f"{SPECS}{capability}/spec.md", spec)
    built = build(Source(delta, split(delta), capability, change), main)
    if isinstance(built, Refusal):
        return built
    changed = spec is None or any(built.counts)
    text = match_ending(built.text, spec) if changed else spec or ""
    return built._replace(text=text)


class Source(NamedTuple):
    """A delta to merge: its text, its lines, the capability it is for, the change it belongs to."""

    text: str
    document: Lines
    capability: str
    change: str


def build(source: Source, main: Main | None) -> Merged | Refusal:
    """Merge as `merge` does, with the text put together in any case and with line feeds: what archive validates."""
    applied = apply_delta(source.document, read_plan(source.document), main, source.capability)
    if isinstance(applied, Refusal):
        return applied
    warnings = list(applied.warnings)
    if main is None:
        skeleton = new_spec(source.capability, source.change, purpose_of(source.text))
        main = open_main("", skeleton.text)
        warnings += _purpose_warnings(skeleton)
    elif _other_purpose(source.text, main):
        warnings.append("The delta's Purpose is not used: the spec has one. Edit the spec itself to change it.")
    kept = _kept(applied, main)
    warnings += (
        f'"{heading}" stands inside requirement "{name}" and goes with it.' for heading, name in lost_with(kept)
    )
    text = rebuilt(main, [entry for _, entry in kept if entry])
    bare = not applied.entries
    return Merged(text, applied.counts, tuple(warnings), bare, unaccounted(main) if bare else ())


def _kept(applied: Applied, main: Main) -> list[tuple[Entry | None, Entry | None]]:
    """Pair each block of the spec with what becomes of it; new requirements come last, with nothing before them."""
    pairs: list[tuple[Entry | None, Entry | None]] = [
        (Entry(block.name, main.document, block, ""), applied.entries.get(key))
        for block, key in zip(main.blocks, applied.keys, strict=True)
    ]
    seen = set(applied.keys)
    return pairs + [(None, entry) for key, entry in applied.entries.items() if key not in seen]


def _purpose_warnings(skeleton: Skeleton) -> Iterator[str]:
    if skeleton.refused:
        yield "The delta's Purpose is not used: with it the new spec could not be read. It has a placeholder instead."
    elif skeleton.short:
        yield "The Purpose taken from the delta has fewer than 50 characters, which --strict does not accept."


def _other_purpose(delta: str, main: Main) -> bool:
    wanted = purpose_of(delta)
    current = purpose_of(main.document.text) if wanted else ""
    return bool(wanted and current) and wanted != current
