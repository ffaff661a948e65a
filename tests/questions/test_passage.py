import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec.tree import read_tree
from geoflow.questions.passage import LONGEST, count_lines, is_history, is_searched, passages
from tests.builders import requirement, spec

PATH = "openspec/specs/kiln/spec.md"
DELTA = "openspec/changes/cool/specs/kiln/spec.md"


def test_a_requirement_is_one_passage_with_its_lines() -> None:
    text = spec(requirement("Cooling", "The kiln SHALL cool."), requirement("Door", "The door SHALL lock."))
    found = passages(read_tree({PATH: text}))
    door = next(passage for passage in found if passage.heading == "Door")
    lines = text.splitlines()
    assert lines[door.line - 1] == "### Requirement: Door"
    assert "\n".join(lines[door.line - 1 : door.end_line]) == door.text
    assert (door.source, door.topic, door.path) == ("spec", "kiln", PATH)


def test_the_purpose_is_a_passage() -> None:
    found = passages(
        read_tree({PATH: spec(requirement("Cooling", "The kiln SHALL cool."), purpose="Keeps clay whole.")})
    )
    assert [passage.text for passage in found if passage.heading == "Purpose"] == ["## Purpose\nKeeps clay whole."]


def test_a_document_in_another_format_is_cut_at_its_headings() -> None:
    found = passages(read_tree({PATH: "# Kiln\n\n## Cooling\nSix hours.\n\n## Empty\n\n## Door\nLocks.\n"}))
    assert [(passage.heading, passage.line, passage.end_line) for passage in found] == [
        ("Cooling", 3, 4),
        ("Door", 8, 9),
    ]


def test_an_active_change_is_marked_as_proposed() -> None:
    delta = f"## ADDED Requirements\n\n{requirement('Vent', 'The kiln SHALL vent.')}"
    found = passages(read_tree({DELTA: delta, "openspec/changes/cool/proposal.md": "## Why\nIt cracks.\n"}))
    assert {(passage.heading, passage.source, passage.topic) for passage in found} == {
        ("Vent", "change", "kiln"),
        ("Why", "change", "cool"),
    }


def test_a_heading_in_a_fence_cuts_nothing() -> None:
    found = passages(read_tree({PATH: "## Cooling\n```\n## not a heading\n```\nSix hours.\n"}))
    assert len(found) == 1


def test_text_without_any_heading_is_a_passage() -> None:
    assert [passage.line for passage in passages(read_tree({PATH: "The kiln cools.\n"}))] == [1]
    assert passages(read_tree({PATH: ""})) == ()


def test_a_long_section_is_cut_at_its_lines() -> None:
    text = "## Log\n" + "a line of words\n" * 2_000
    found = passages(read_tree({PATH: text}))
    assert all(len(passage.text) <= LONGEST for passage in found)
    assert sum(count_lines(passage.text) + 1 for passage in found) == 2_001


def test_only_specs_and_active_changes_are_searched() -> None:
    assert is_searched(PATH)
    assert is_searched("openspec/specs/deep/er/spec.md")
    assert is_searched(DELTA)
    assert is_searched("openspec/changes/cool/proposal.md")
    for path in (
        "openspec/changes/archive/2026-01-01-cool/proposal.md",
        "openspec/changes/cool/tasks.md",
        "openspec/project.md",
        "openspec/specs/kiln/notes.md",
    ):
        assert not is_searched(path)


ARCHIVED = "openspec/changes/archive/2026-01-01-cool"


@pytest.mark.parametrize(
    "path",
    [f"{ARCHIVED}/{name}" for name in ("proposal.md", "design.md", "specs/kiln/spec.md", "specs/deep/er/spec.md")],
)
def test_what_was_decided_once_is_history(path: str) -> None:
    assert is_history(path)
    assert not is_searched(path)


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        DELTA,
        "openspec/changes/cool/design.md",
        f"{ARCHIVED}/tasks.md",
        f"{ARCHIVED}/notes/design.md",
        f"{ARCHIVED}/specs/kiln/notes.md",
        f"{ARCHIVED}/spec.md",
        "openspec/changes/archive/proposal.md",
        "openspec/changes/archive",
        "openspec/specs/changes/archive/2026-01-01-cool/proposal.md",
        "other/changes/archive/2026-01-01-cool/proposal.md",
        "",
    ],
)
def test_anything_else_is_none(path: str) -> None:
    assert not is_history(path)


NAMES = st.sampled_from(["openspec", "changes", "archive", "specs", "x", "spec.md", "proposal.md", "design.md", ""])


@given(st.lists(NAMES, max_size=7).map("/".join))
def test_no_file_is_searched_and_history_at_once(path: str) -> None:
    assert not (is_searched(path) and is_history(path))


def test_an_archived_change_is_cut_with_its_design_and_marked_as_history() -> None:
    delta = f"## ADDED Requirements\n\n{requirement('Vent', 'The kiln SHALL vent.')}"
    files = {
        PATH: spec(requirement("Cooling", "The kiln SHALL cool.")),
        f"{ARCHIVED}/proposal.md": "## Why\nIt cracks.\n",
        f"{ARCHIVED}/design.md": "## Decisions\nSix hours.\n",
        f"{ARCHIVED}/specs/kiln/spec.md": delta,
        "openspec/changes/warm/design.md": "## Decisions\nNot searched.\n",
    }
    found = passages(read_tree(files))
    assert {(one.heading, one.topic) for one in found if one.source == "history"} == {
        ("Why", "2026-01-01-cool"),
        ("Decisions", "2026-01-01-cool"),
        ("Vent", "kiln"),
    }
    assert all(is_history(one.path) == (one.source == "history") for one in found)
    assert "Not searched." not in " ".join(one.text for one in found)


@given(st.text(alphabet="#ab `~\n\r", max_size=200))
def test_every_passage_stands_in_its_document_at_its_lines(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for passage in passages(read_tree({PATH: text})):
        assert passage.text in text
        shown = passage.text.replace("\r\n", "\n").replace("\r", "\n")
        assert shown in "\n".join(lines[passage.line - 1 : passage.end_line])
