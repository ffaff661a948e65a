from hypothesis import example, given

from geoflow.openspec import parse_delta, parse_spec, parse_tasks, read_tree
from geoflow.openspec.lines import split, starts
from tests.builders import requirement, spec
from tests.openspec.documents import ANY_TEXT


def test_a_spec_is_read_with_purpose_requirements_scenarios_and_steps() -> None:
    text = spec(requirement("Sign in", "The system SHALL let a user in."))

    parsed = parse_spec("auth", "openspec/specs/auth/spec.md", text)

    assert parsed.title == "Example Specification"
    assert parsed.purpose == "Says what the parts of this small example owe to each other."
    (found,) = parsed.requirements
    assert (found.name, found.text) == ("Sign in", "The system SHALL let a user in.")
    (scenario,) = found.scenarios
    assert scenario.name == "It works"
    assert [(step.keyword, step.text) for step in scenario.steps] == [
        ("WHEN", "a user asks"),
        ("THEN", "the system answers"),
    ]


def test_spans_point_at_the_exact_source_with_crlf_and_a_byte_order_mark() -> None:
    text = "\ufeff" + spec(requirement("A", "It SHALL work."), requirement("B", "It MUST work.")).replace("\n", "\r\n")

    first, second = parse_spec("x", "p", text).requirements

    assert text[first.start : first.end].startswith("### Requirement: A\r\nIt SHALL work.\r\n")
    assert text[first.start : first.end].endswith("- **THEN** the system answers")
    assert text[second.body_start : second.body_end].strip() == "It MUST work."
    assert text.split("\r\n")[second.span.line - 1] == "### Requirement: B"


def test_steps_are_read_bold_plain_nested_and_wrapped() -> None:
    scenario = "#### Scenario: S\n- **Given**: a\n* when b\n  - c\n- **THEN:** d\n  wrapped\n**AND** e\n- **BUT not** f\nplain\n"

    (found,) = parse_spec("x", "p", spec(requirement("A", "It SHALL.", scenario))).requirements

    assert [(step.keyword, step.text) for step in found.scenarios[0].steps] == [
        ("GIVEN", "a"),
        ("WHEN", "b"),
        ("", "c"),
        ("THEN", "d wrapped"),
        ("AND", "e"),
        ("BUT", "not f"),
    ]


def test_fenced_headings_are_text() -> None:
    text = spec(requirement("A", "It SHALL.\n````md\n### Requirement: No\n```\n## Nor this\n````"))

    assert [item.name for item in parse_spec("x", "p", text).requirements] == ["A"]


def test_a_delta_is_read_with_its_four_sections() -> None:
    text = (
        "## ADDED Requirements\n### Requirement: New\nIt SHALL.\n#### Scenario: S\n- **WHEN** a\n"
        "## modified requirements\n### Requirement: Old ##\nIt MUST.\n"
        "## REMOVED Requirements\n- `### Requirement: Gone`\n### Requirement: Lost\n"
        "## RENAMED Requirements\n- FROM: `### Requirement: X`\n- TO: `### Requirement: Y`\n"
    )

    delta = parse_delta("auth", "p", text)

    assert [item.name for item in delta.added] == ["New"]
    assert [item.name for item in delta.modified] == ["Old"]
    assert [item.name for item in delta.removed] == ["Gone", "Lost"]
    assert [(item.old, item.new) for item in delta.renamed] == [("X", "Y")]


def test_tasks_are_checkboxes_of_any_list_marker_but_not_links() -> None:
    text = "- [ ] 1.1 a\n  * [X] 1.2b c\r\n3) [~] d\n- [A](u)\n- [ ](u) e\n- [xx] f\n- [] \n"

    assert [(task.id, task.text, task.done, task.line) for task in parse_tasks(text)] == [
        ("1.1", "1.1 a", False, 1),
        ("1.2b", "1.2b c", True, 2),
        ("", "d", False, 3),
        ("", "(u) e", False, 5),
        ("", "", False, 7),
    ]


def test_a_tree_has_specs_changes_and_archived_changes_sorted_by_id() -> None:
    files = {
        "openspec/specs/b/spec.md": "",
        "openspec/specs/a/deep/spec.md": "",
        "openspec/specs/spec.md": "",
        "openspec/specs/.hidden/spec.md": "",
        "openspec/changes/add-x/proposal.md": "why",
        "openspec/changes/add-x/specs/a/deep/spec.md": "## ADDED Requirements\n",
        "openspec/changes/archive/2026-01-02-old/tasks.md": "- [x] 1.1 a",
        "openspec/changes/empty/": "",
    }

    tree = read_tree(files)

    assert [item.id for item in tree.specs] == ["a/deep", "b"]
    assert [item.id for item in tree.changes] == ["add-x", "empty"]
    assert [delta.id for delta in tree.changes[0].deltas] == ["a/deep"]
    assert [(item.id, item.tasks[0].done) for item in tree.archived] == [("2026-01-02-old", True)]


@given(ANY_TEXT)
@example("### Requirement:")
@example("## Requirements\r### Requirement: a")
def test_any_text_parses_and_every_offset_is_exact(text: str) -> None:
    parsed = parse_spec("x", "p", text)
    delta = parse_delta("x", "p", text)

    for found in (*parsed.requirements, *delta.added, *delta.modified):
        assert 0 <= found.start <= found.body_start <= found.body_end <= found.end <= len(text)
        assert text.startswith("###", found.start)
        for scenario in found.scenarios:
            assert text.startswith("####", scenario.start)
            assert found.start < scenario.start <= scenario.end <= found.end
            for step in scenario.steps:
                assert scenario.start < step.start <= step.end <= scenario.end


@given(ANY_TEXT)
def test_line_offsets_are_those_of_the_untouched_text(text: str) -> None:
    document = split(text)
    begins = starts(document)

    assert len(begins) == len(document.lines) + 1
    for line, begin in zip(document.lines, begins, strict=False):
        assert text[begin : begin + len(line)] == line
