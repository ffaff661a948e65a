"""Which item a name on the command line means."""

from collections.abc import Sequence

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.items import Item
from geoflow.openspec.layout import Layout

TYPES = ("spec", "change")


def select(name: str, wanted: str, found: Layout) -> Item:
    """Find the spec or change of this name; `wanted` is `spec`, `change` or empty.

    Raises:
        GeoflowError: There is no such item (`unknown-item`), or there are both (`ambiguous-item`).
    """
    is_change = name in found.changes and wanted.lower() != "spec"
    is_spec = name in found.specs and wanted.lower() != "change"
    if is_change and is_spec:
        raise GeoflowError(
            f"{name} is both a change and a spec.",
            fix="Say which: --type change or --type spec.",
            code="ambiguous-item",
            exit_code=ExitCode.USAGE,
        )
    if not (is_change or is_spec):
        raise _unknown(name, [*found.changes, *found.specs])
    return Item("change" if is_change else "spec", name)


def check_type(wanted: str) -> None:
    """Refuse a type that is neither `spec` nor `change` (nor empty)."""
    if wanted and wanted.lower() not in TYPES:
        raise GeoflowError(
            f"{wanted} is no type of item.",
            fix="Write --type spec or --type change.",
            code="unknown-type",
            exit_code=ExitCode.USAGE,
        )


def _unknown(name: str, names: Sequence[str]) -> GeoflowError:
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=3)
    return GeoflowError(
        f"There is no spec and no change named {name}.",
        fix=f"Did you mean {' or '.join(near)}?" if near else "See what there is with `geoflow list`.",
        code="unknown-item",
        exit_code=ExitCode.USAGE,
    )
