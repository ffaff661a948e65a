from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec import Issue, validate
from tests.builders import GOOD_SCENARIO, requirement, spec
from tests.openspec.documents import ANY_TEXT

GOOD = spec(requirement("A", "The system SHALL work."))
DELTA = "## ADDED Requirements\n### Requirement: B\nIt MUST work.\n" + GOOD_SCENARIO


def issues(files: dict[str, str]) -> list[Issue]:
    return [issue for report in validate(files) for issue in report.issues]


def rules_of_spec(text: str) -> list[str]:
    return [issue.rule for issue in issues({"openspec/specs/a/spec.md": text})]


def rules_of_change(files: dict[str, str]) -> list[str]:
    return [issue.rule for issue in issues({f"openspec/changes/c/{name}": text for name, text in files.items()})]


def test_a_good_spec_and_a_good_change_have_no_issue() -> None:
    files = {"openspec/specs/a/spec.md": GOOD, "openspec/changes/c/specs/a/spec.md": DELTA}

    reports = validate(files)

    assert [(report.type, report.id, report.valid(strict=True)) for report in reports] == [
        ("spec", "a", True),
        ("change", "c", True),
    ]


def test_a_missing_or_empty_section_is_the_only_issue_of_a_spec() -> None:
    assert rules_of_spec("") == ["OS-S1"]
    assert rules_of_spec("## Purpose\n\n## Requirements\n### Requirement: A\n") == ["OS-S1"]
    assert rules_of_spec("## Purpose\nFor this.\n") == ["OS-S2"]


def test_an_issue_names_rule_document_requirement_and_line() -> None:
    (first, *_) = issues({"openspec/specs/a/spec.md": spec(requirement("B", "It SHALL work.", ""))})

    assert (first.rule, first.level, first.path) == ("OS-S4", "ERROR", "requirements.0.scenarios")
    assert (first.document, first.requirement, first.span.line) == ("openspec/specs/a/spec.md", "B", 7)
    assert "Scenario" in first.fix


def test_a_requirement_without_the_word_is_a_warning_and_without_text_an_error() -> None:
    assert rules_of_spec(spec(requirement("A", "It works."))) == ["OS-S15"]
    assert rules_of_spec(spec(requirement("A", ""))) == ["OS-S14"]


def test_structure_issues_come_in_the_order_of_lines() -> None:
    text = GOOD + "### Requirement: A\nIt SHALL.\n" + GOOD_SCENARIO + "## ADDED Requirements\n### Requirement: Z\n"

    assert rules_of_spec(text) == ["OS-S9", "OS-S7", "OS-S8"]


def test_a_placeholder_is_told_from_a_sentence_that_starts_with_todo() -> None:
    requirements = requirement("A", "It SHALL work.")
    assert rules_of_spec(spec(requirements, purpose="TODO write this")) == ["OS-S10"]
    assert (
        rules_of_spec(spec(requirements, purpose="Todo el sistema guarda cada registro por siete años enteros")) == []
    )
    assert rules_of_spec(spec(requirements, purpose="Too short.")) == ["OS-S11"]


def test_lengths_are_counted_in_utf_16_units() -> None:
    requirements = requirement("A", "It SHALL work.")
    assert rules_of_spec(spec(requirements, purpose="😀" * 25)) == []
    assert rules_of_spec(spec(requirements, purpose="😀" * 24)) == ["OS-S11"]


def test_a_modified_requirement_must_keep_the_scenarios_of_the_spec_also_through_a_rename() -> None:
    renamed = "## RENAMED Requirements\n- FROM: `### Requirement: A`\n- TO: `### Requirement: N`\n"
    modified = "## MODIFIED Requirements\n### Requirement: {}\nIt SHALL.\n#### Scenario: Other\n- **WHEN** x\n"
    for delta in (modified.format("A"), renamed + modified.format("N")):
        files = {"openspec/specs/a/spec.md": GOOD, "openspec/changes/c/specs/a/spec.md": delta}
        (found,) = issues(files)
        assert found.rule == "OS-D8"
        assert '"It works"' in found.message


def test_conflicts_between_the_sections_of_a_delta_are_errors() -> None:
    block = "### Requirement: A\nIt SHALL.\n" + GOOD_SCENARIO
    text = (
        f"## ADDED Requirements\n{block}## MODIFIED Requirements\n{block}## REMOVED Requirements\n### Requirement: A\n"
    )

    assert rules_of_change({"specs/a/spec.md": text}) == ["OS-D9"] * 3


def test_a_change_without_deltas_is_invalid_unless_its_metadata_says_so() -> None:
    assert rules_of_change({"proposal.md": "x"}) == ["OS-C8"]
    assert rules_of_change({".openspec.yaml": "schema: spec-driven\nskip_specs: true\n"}) == ["OS-C7"]
    assert rules_of_change({".openspec.yaml": "skip_specs: true\n"}) == ["OS-C5", "OS-C8"]
    metadata = "schema: spec-driven\nskip_specs: true\n"
    assert rules_of_change({".openspec.yaml": metadata, "specs/a/spec.md": DELTA}) == ["OS-C6"]


def test_delta_sections_in_files_that_nothing_reads_are_errors() -> None:
    assert rules_of_change({"specs/a.md": DELTA}) == ["OS-C2"]
    assert rules_of_change({"specs/spec.md": DELTA}) == ["OS-D0"]


def test_a_folder_around_changes_is_no_change() -> None:
    assert rules_of_change({"inner/proposal.md": "x"}) == ["OS-C9"]
    assert [report.id for report in validate({"openspec/changes/empty/": ""})] == ["empty"]


def test_tasks_need_checkboxes_and_numbers_of_their_group() -> None:
    def tasks(text: str) -> list[str]:
        return rules_of_change({"specs/a/spec.md": DELTA, "tasks.md": text})

    assert tasks("## 1. G\n- [ ] 1.1 a\n- [x] 1.2 b\n") == []
    assert tasks("## 1. G\n- 1.1 a\n") == ["OS-T1"]
    assert tasks("## 1. G\n- [ ] 2.1 a\n- [ ] 1.1 a\n- [ ] 1.1 a\n") == ["OS-T2", "OS-T3"]


def test_items_come_in_dictionary_order_with_marks_before_letters() -> None:
    names = ["b", "B", "a-b", "a_b", "ab", "a1", "Ä", "Z"]
    files = {f"openspec/specs/{name}/spec.md": GOOD for name in names}

    assert [report.id for report in validate(files)] == ["Ä", "a_b", "a-b", "a1", "ab", "b", "B", "Z"]


def test_a_schema_of_the_project_says_which_file_holds_the_tasks() -> None:
    schema = (
        "name: own\nversion: 1\nartifacts:\n"
        "  - {id: work, generates: 'work/**/*.md', description: d, template: t.md}\n"
        "apply: {requires: [work], tracks: 'work/**/*.md'}\n"
    )
    files = {
        "openspec/schemas/own/schema.yaml": schema,
        "openspec/changes/c/.openspec.yaml": "schema: own\n",
        "openspec/changes/c/specs/a/spec.md": DELTA,
        "openspec/changes/c/work/b/x.md": "- a\n",
    }

    (found,) = issues(files)

    assert (found.rule, found.path) == ("OS-T1", "work/b/x.md")


@given(st.lists(ANY_TEXT, min_size=5, max_size=5))
def test_no_text_makes_validation_fail_and_every_span_lies_in_its_document(texts: list[str]) -> None:
    paths = [
        "specs/a/spec.md",
        "changes/c/specs/a/spec.md",
        "changes/c/tasks.md",
        "changes/c/.openspec.yaml",
        "config.yaml",
    ]
    files = {f"openspec/{path}": text for path, text in zip(paths, texts, strict=True)}

    for report in validate(files):
        for issue in report.issues:
            assert issue.message
            lines = files.get(issue.document, "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
            assert 1 <= issue.span.line <= issue.span.end_line <= len(lines)
