"""The order of archiving: what it holds merges, what it leaves cannot, and no order of reading changes it."""

import random
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.openspec import read_tree
from geoflow.openspec.archiving import Options, plan_archive
from geoflow.openspec.ordering import ArchiveOrder, archive_order, created
from geoflow.openspec.spec_updates import Refused
from geoflow.openspec.touches import touches
from tests.openspec.deltas import block, delta, tree

MAIN = {"auth": [block("Login"), block("Logout")]}


def left(found: ArchiveOrder) -> dict[str, str]:
    return {one.change: one.refusal.code for one in found.left}


def test_the_oldest_goes_first_and_a_change_without_a_date_counts_as_older_still() -> None:
    changes = {name: {name: delta(added=[block("New")])} for name in ("b", "a", "c")}
    found = archive_order(tree(MAIN, changes, b="2026-01-02", a="2026-01-03"))
    assert found.order == ("c", "b", "a")
    assert (found.left, found.conflicts) == ((), ())


def test_a_change_goes_behind_the_one_that_adds_what_it_modifies() -> None:
    changes = {
        "early": {"auth": delta(modified=[block("Reset", "second")])},
        "late": {"auth": delta(added=[block("Reset")])},
    }
    found = archive_order(tree(MAIN, changes, early="2026-01-01", late="2026-06-01"))
    assert found.order == ("late", "early")


def test_what_waits_through_two_others_still_comes() -> None:
    changes = {
        "a": {"auth": delta(removed=["Exit"])},
        "b": {"auth": delta(renamed=[("Reset", "Exit")])},
        "c": {"auth": delta(added=[block("Reset")])},
    }
    assert archive_order(tree(MAIN, changes)).order == ("c", "b", "a")


def test_the_second_rewrite_of_one_requirement_is_left_although_a_merge_would_take_it() -> None:
    changes = {
        "one": {"auth": delta(modified=[block("Login", "second")])},
        "two": {"auth": delta(modified=[block("Login", "third")])},
    }
    found = archive_order(tree(MAIN, changes))
    assert (found.order, left(found)) == (("one",), {"two": "undoes"})
    assert found.left[0].stopped_by == ("one",)
    assert [(one.requirement, [side.change for side in one.sides]) for one in found.conflicts] == [
        ("Login", ["one", "two"])
    ]


def test_two_rewrites_in_the_same_words_are_no_conflict() -> None:
    changes = {name: {"auth": delta(modified=[block("Login", "second")])} for name in ("one", "two")}
    found = archive_order(tree(MAIN, changes))
    assert (found.order, found.conflicts) == (("one", "two"), ())


def test_a_removal_is_left_behind_a_rewrite() -> None:
    changes = {
        "one": {"auth": delta(modified=[block("Login", "second")])},
        "two": {"auth": delta(removed=["Login"])},
    }
    assert left(archive_order(tree(MAIN, changes))) == {"two": "undoes"}


def test_a_removal_is_left_behind_a_rename_that_would_make_it_do_nothing() -> None:
    changes = {
        "one": {"auth": delta(renamed=[("Login", "Sign in")])},
        "two": {"auth": delta(removed=["Login"])},
    }
    assert left(archive_order(tree(MAIN, changes))) == {"two": "renamed-away"}


def test_a_rewrite_goes_before_the_rename_of_the_same_requirement_and_is_kept_by_it() -> None:
    changes = {
        "a": {"auth": delta(renamed=[("Login", "Sign in")])},
        "b": {"auth": delta(modified=[block("Login", "second")])},
    }
    found = archive_order(tree(MAIN, changes))
    assert (found.order, found.left) == (("b", "a"), ())
    assert [one.first for one in found.conflicts] == [("b",)]


def test_a_rename_with_a_rewrite_undoes_an_earlier_rewrite_under_the_old_name() -> None:
    both = delta(modified=[block("Sign in", "third")], renamed=[("Login", "Sign in")])
    changes = {"b": {"auth": both}, "a": {"auth": delta(modified=[block("Login", "second")])}}
    assert left(archive_order(tree(MAIN, changes))) == {"b": "undoes"}


def test_what_the_main_spec_says_already_goes_before_what_rewrites_it() -> None:
    changes = {
        "a": {"auth": delta(modified=[block("Login", "second")])},
        "z": {"auth": delta(added=[block("Login")])},
    }
    found = archive_order(tree(MAIN, changes, a="2026-01-01", z="2026-06-01"))
    assert (found.order, found.left) == (("z", "a"), ())


def test_changes_that_wait_for_each_other_are_left_with_each_others_names() -> None:
    changes = {
        "a": {"auth": delta(added=[block("One")], modified=[block("Two", "second")])},
        "b": {"auth": delta(added=[block("Two")], modified=[block("One", "second")])},
    }
    found = archive_order(tree(MAIN, changes))
    assert found.order == ()
    assert [(one.change, one.refusal.code, one.waits_for) for one in found.left] == [
        ("a", "modified-missing", ("b",)),
        ("b", "modified-missing", ("a",)),
    ]


def test_a_change_of_a_capability_that_another_would_create_waits_for_that_one() -> None:
    changes = {
        "a": {"new": delta(modified=[block("One", "second")])},
        "b": {"new": delta(added=[block("One")]), "auth": delta(modified=[block("Nothing")])},
    }
    found = archive_order(tree(MAIN, changes))
    assert {one.change: (one.refusal.code, one.waits_for) for one in found.left} == {
        "a": ("no-spec", ("b",)),
        "b": ("modified-missing", ()),
    }


def test_an_invalid_change_is_left_and_what_it_lacks_is_said() -> None:
    files = tree(MAIN, {"a": {"auth": delta(added=["### Requirement: Bare\nIt SHALL work.\n"])}})
    found = archive_order(files)
    assert left(found) == {"a": "change-invalid"}
    assert "scenario" in found.left[0].refusal.message


def test_a_change_that_empties_a_spec_is_left_unless_it_says_that_the_capability_goes() -> None:
    files = tree(MAIN, {"a": {"auth": delta(removed=["Login", "Logout"])}, "b": {"auth": delta(added=[block("New")])}})
    assert left(archive_order(files | {"openspec/changes/b/tasks.md": ""})) == {}
    alone = {path: text for path, text in files.items() if "/b/" not in path}
    assert left(archive_order(alone)) == {"a": "merged-spec-invalid"}
    retiring = alone | {"openspec/changes/a/.openspec.yaml": "schema: spec-driven\nretire_capabilities: true\n"}
    assert archive_order(retiring).order == ("a",)


def test_a_change_without_deltas_is_in_the_order() -> None:
    files = tree(MAIN, {"a": {}}) | {"openspec/changes/b/.openspec.yaml": "schema: spec-driven\nskip_specs: true\n"}
    assert archive_order(files).order == ("a", "b")


def test_a_date_that_cannot_be_read_is_none() -> None:
    assert [created(text) for text in ("created: 2026-01-31\n", "created: [\n", "created: 5\n", "- created\n", "")] == [
        "2026-01-31",
        *[""] * 4,
    ]


NAMES = st.sampled_from(["Ask", "Bid", "ask", "Cut", "Dig"])
TEXTS = st.sampled_from(["first", "second", "third"])
BLOCKS = st.lists(st.builds(block, NAMES, TEXTS), max_size=2)
DELTAS = st.builds(
    lambda added, modified, removed, renamed: delta(added=added, modified=modified, removed=removed, renamed=renamed),
    BLOCKS,
    BLOCKS,
    st.lists(NAMES, max_size=3, unique=True),
    st.lists(st.tuples(NAMES, NAMES), max_size=1),
)
CAPABILITIES = st.sampled_from(["auth", "log"])
CHANGES = st.dictionaries(
    st.sampled_from("abcdef"), st.dictionaries(CAPABILITIES, DELTAS, min_size=1, max_size=2), max_size=6
)
SPECS = st.dictionaries(
    CAPABILITIES, st.lists(st.builds(block, NAMES), min_size=1, max_size=4, unique=True), max_size=2
)


def _archive(files: Mapping[str, str], change: str) -> dict[str, str] | Refused:
    """Archive a change as the command does, in memory."""
    plan = plan_archive(files, change, Options("2026-11-22"))
    if isinstance(plan, Refused):
        return plan
    gone = (*plan.plan.deletes, *(folder + "/" for folder, _ in plan.plan.moves))
    return {path: text for path, text in files.items() if not path.startswith(gone)} | dict(plan.plan.writes)


@settings(max_examples=300, deadline=None)
@given(specs=SPECS, changes=CHANGES, seed=st.integers(0, 1000))
def test_every_change_archives_in_its_turn_what_is_left_does_not_and_the_order_of_reading_makes_no_difference(
    specs: dict[str, list[str]], changes: dict[str, dict[str, str]], seed: int
) -> None:
    files = tree(specs, changes, **{name: f"2026-01-0{1 + seed * ord(name) % 9}" for name in changes if name != "c"})
    found = archive_order(files)
    assert sorted((*found.order, *(one.change for one in found.left))) == sorted(changes)
    after = files
    for change in found.order:
        archived = _archive(after, change)
        assert not isinstance(archived, Refused), (change, archived)
        after = archived
    for one in found.left:
        if one.refusal.code not in {"undoes", "renamed-away"}:
            assert isinstance(_archive(after, one.change), Refused)
    shuffled = list(files.items())
    random.Random(seed).shuffle(shuffled)
    assert archive_order(dict(shuffled)) == found


@settings(max_examples=100, deadline=None)
@given(changes=CHANGES)
def test_nothing_that_a_change_of_the_order_writes_is_undone_by_one_behind_it(
    changes: dict[str, dict[str, str]],
) -> None:
    files = tree({"auth": [block(name) for name in ("Ask", "Bid", "Cut", "Dig")]}, changes)
    found = archive_order(files)
    written: dict[tuple[str, str], str] = {}
    deeds = {change.id: touches(change) for change in read_tree(files).changes}
    for change in found.order:
        names = {touch.name: touch.other for touch in deeds[change] if touch.operation == "RENAMED TO"}
        for touch in deeds[change]:
            if touch.operation == "MODIFIED":
                place = (touch.capability, names.get(touch.name, touch.name))
                assert written.get(place, touch.text) == touch.text
        for touch in deeds[change]:
            if touch.operation == "RENAMED FROM":
                written.pop((touch.capability, touch.name), None)
        written |= {(t.capability, t.name): t.text for t in deeds[change] if t.operation == "MODIFIED"}
        for touch in deeds[change]:
            if touch.operation == "ADDED":
                written.pop((touch.capability, touch.name), None)
