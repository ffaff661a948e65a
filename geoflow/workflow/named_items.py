"""Which documents a person means who names items: by their ids, or by their kinds and ids as reports write them."""

from collections.abc import Mapping, Sequence

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.model import Tree

NAMES = "See the names with: geoflow list --specs, or geoflow list"


def places_of(tree: Tree) -> Mapping[str, tuple[str, ...]]:
    """Give how the paths of each item begin, by its id (`kiln`) and by its kind and id (`spec/kiln`).

    An id that a spec and an active change share means both of them.
    """
    found: dict[str, tuple[str, ...]] = {}
    specs = (("spec", spec.id, spec.path) for spec in tree.specs)
    changes = (("change", change.id, f"{change.path}/") for change in tree.changes)
    for kind, name, place in (*specs, *changes):
        found[name] = (*found.get(name, ()), place)
        found[f"{kind}/{name}"] = (place,)
    return found


def path_prefixes(tree: Tree, targets: Sequence[str], at: str = "", fix: str = NAMES) -> tuple[str, ...]:
    """Give how the paths of the named items begin, of all where none is named.

    Args:
        tree: The specs and active changes.
        targets: What a person names.
        at: Where they were looked for, as the message tells it.
        fix: What the message says to do.

    Raises:
        GeoflowError: `unknown-item`.
    """
    known = places_of(tree)
    if unknown := [target for target in targets if target not in known]:
        raise GeoflowError(
            f"There is no spec or active change named {unknown[0]}{at}.",
            fix=fix,
            code="unknown-item",
            exit_code=ExitCode.USAGE,
        )
    return tuple(place for target in targets for place in known[target]) or ("",)
