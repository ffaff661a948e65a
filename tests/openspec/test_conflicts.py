"""Conflicts: which touches of one requirement get into each other's way, and which changes go first."""

import pytest

from geoflow.openspec import read_tree
from geoflow.openspec.conflicts import Conflict, conflicts
from tests.openspec.deltas import block, delta, tree

MAIN = {"auth": [block("Login"), block("Logout")]}


def between(one: str, other: str, **more: str) -> list[Conflict]:
    changes = {name: {"auth": text} for name, text in {"one": one, "other": other, **more}.items()}
    return conflicts(read_tree(tree(MAIN, changes)))


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        (delta(added=[block("New")]), delta(added=[block("New", "second")]), ()),
        (delta(added=[block("New")]), delta(renamed=[("Login", "New")]), ()),
        (delta(renamed=[("Logout", "New")]), delta(renamed=[("Login", "New")]), ()),
        (delta(modified=[block("Login", "second")]), delta(modified=[block("Login", "third")]), ()),
        (delta(modified=[block("Login", "second")]), delta(removed=["Login"]), ()),
        (delta(renamed=[("Login", "In")]), delta(renamed=[("Login", "Sign in")]), ()),
        (delta(renamed=[("Login", "In")]), delta(removed=["Login"]), ()),
        (delta(renamed=[("Login", "In")]), delta(modified=[block("Login", "second")]), ("other",)),
        (delta(added=[block("Login")]), delta(modified=[block("Login", "second")]), ("one",)),
        (delta(modified=[block("Login")]), delta(modified=[block("Login", "second")]), ("one",)),
        (delta(added=[block("Login")]), delta(removed=["Login"]), ("one",)),
        (delta(added=[block("new  part")]), delta(added=[block("New part")]), ()),
    ],
)
def test_what_conflicts(one: str, other: str, first: tuple[str, ...]) -> None:
    (found,) = between(one, other)
    assert [side.change for side in found.sides] == ["one", "other"]
    assert found.first == first
    (turned,) = between(other, one)
    assert turned.why == found.why


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (delta(added=[block("New")]), delta(added=[block("New")])),
        (delta(added=[block("New")]), delta(modified=[block("New", "second")])),
        (delta(added=[block("New")]), delta(removed=["New"])),
        (delta(renamed=[("Login", "New")]), delta(modified=[block("New", "second")])),
        (delta(renamed=[("Login", "New")]), delta(renamed=[("Login", "New")])),
        (delta(removed=["Login"]), delta(removed=["Login"])),
        (delta(modified=[block("Login", "second")]), delta(modified=[block("login", "third")])),
        (delta(modified=[block("Login", "second")]), delta(modified=[block("Logout", "third")])),
    ],
)
def test_what_does_not_conflict(one: str, other: str) -> None:
    assert between(one, other) == []


def test_many_changes_of_one_requirement_are_one_conflict_with_many_sides() -> None:
    texts = [delta(modified=[block("Login", text)]) for text in ("second", "third", "fourth")]
    (found,) = between(texts[0], texts[1], three=texts[2])
    assert [side.change for side in found.sides] == ["one", "other", "three"]


def test_a_side_is_the_line_that_names_the_requirement() -> None:
    crlf = delta(renamed=[("Login", "In")]).replace("\n", "\r\n")
    (found,) = between(crlf, delta(removed=["Login"]))
    assert [(side.operation, side.line) for side in found.sides] == [("RENAMED FROM", 2), ("REMOVED", 2)]
    renamed = found.sides[0]
    assert crlf[renamed.start : renamed.end] == "- FROM: `### Requirement: Login`"


def test_one_change_that_contradicts_itself_is_no_conflict() -> None:
    assert between(delta(modified=[block("Login", "second")], removed=["Login"]), "") == []
