"""Names of items as people type them, and as reports write them."""

import pytest

from geoflow.errors import GeoflowError
from geoflow.openspec import read_tree
from geoflow.workflow.named_items import path_prefixes

SPEC = "# Kiln\n\n## Purpose\n\nSays what it owes.\n\n## Requirements\n"
TREE = read_tree(
    {
        "openspec/specs/kiln/spec.md": SPEC,
        "openspec/specs/lid/spec.md": SPEC,
        "openspec/changes/kiln/proposal.md": "# Kiln\n",
        "openspec/changes/add-lid/proposal.md": "# Lid\n",
        "openspec/changes/archive/2026-01-01-old/proposal.md": "# Old\n",
    }
)


@pytest.mark.parametrize(
    ("names", "places"),
    [
        ((), ("",)),
        (("lid",), ("openspec/specs/lid/spec.md",)),
        (("add-lid",), ("openspec/changes/add-lid/",)),
        (("spec/kiln",), ("openspec/specs/kiln/spec.md",)),
        (("change/kiln",), ("openspec/changes/kiln/",)),
        (("kiln",), ("openspec/specs/kiln/spec.md", "openspec/changes/kiln/")),
        (("lid", "change/add-lid"), ("openspec/specs/lid/spec.md", "openspec/changes/add-lid/")),
    ],
)
def test_an_item_is_named_by_its_id_or_by_kind_and_id(names: tuple[str, ...], places: tuple[str, ...]) -> None:
    assert path_prefixes(TREE, names) == places


@pytest.mark.parametrize("name", ["", "spec/", "change/lid", "spec/add-lid", "old", "../kiln", "specs/kiln", "Kiln"])
def test_what_is_not_there_is_told_with_a_way_on(name: str) -> None:
    with pytest.raises(GeoflowError) as raised:
        path_prefixes(TREE, ["lid", name], " at this commit")
    assert raised.value.code == "unknown-item"
    assert f"named {name} at this commit" in str(raised.value)
    assert "geoflow list" in raised.value.fix
