import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec import Counts, Merged, Refusal, merge, validate
from tests.builders import GOOD_SCENARIO, requirement, spec

A, B = requirement("A", "It SHALL do a."), requirement("B", "It SHALL do b.")
TWO = spec(A, B)


def merged(delta: str, target: str | None = TWO) -> Merged:
    result = merge(delta, target, capability="thing", change="add-thing")
    assert isinstance(result, Merged), result
    return result


def refused(delta: str, target: str | None = TWO) -> Refusal:
    result = merge(delta, target, capability="thing", change="add-thing")
    assert isinstance(result, Refusal), result
    return result


def names(text: str) -> list[str]:
    return [line.removeprefix("### Requirement: ") for line in text.splitlines() if line.startswith("### Requirement:")]


def test_a_requirement_is_added_at_the_end() -> None:
    result = merged("## ADDED Requirements\n" + requirement("C", "It SHALL do c."))

    assert names(result.text) == ["A", "B", "C"]
    assert result.counts == Counts(added=1)


def test_a_modified_requirement_keeps_its_place() -> None:
    result = merged("## MODIFIED Requirements\n" + requirement("A", "It SHALL do a better."))

    assert names(result.text) == ["A", "B"]
    assert "It SHALL do a better." in result.text
    assert "It SHALL do a." not in result.text
    assert result.counts == Counts(modified=1)


def test_a_removed_requirement_is_gone() -> None:
    assert names(merged("## REMOVED Requirements\n- `### Requirement: A`\n").text) == ["B"]


def test_a_renamed_requirement_keeps_its_place_and_its_text() -> None:
    result = merged("## RENAMED Requirements\n- FROM: `### Requirement: A`\n- TO: `### Requirement: Z`\n")

    assert names(result.text) == ["Z", "B"]
    assert "### Requirement: Z\nIt SHALL do a.\n" in result.text


def test_a_requirement_can_be_renamed_and_modified_in_one_delta() -> None:
    delta = (
        "## RENAMED Requirements\n- FROM: `### Requirement: A`\n- TO: `### Requirement: Z`\n"
        "## MODIFIED Requirements\n" + requirement("Z", "It SHALL do z.")
    )

    result = merged(delta)

    assert names(result.text) == ["Z", "B"]
    assert "It SHALL do z." in result.text
    assert result.counts == Counts(modified=1, renamed=1)


def test_what_is_merged_already_changes_no_byte() -> None:
    crooked = TWO.replace("## Requirements", "\n\n\n## Requirements")

    result = merged("## ADDED Requirements\n" + A, crooked)

    assert result.text == crooked
    assert result.counts == Counts()


def test_the_line_ending_of_the_spec_is_kept() -> None:
    result = merged("## ADDED Requirements\n" + requirement("C", "It SHALL do c."), TWO.replace("\n", "\r\n"))

    assert "\n" not in result.text.replace("\r\n", "")


def test_a_new_spec_takes_its_purpose_from_the_delta() -> None:
    delta = "## Purpose\nSays what the thing owes to everyone who calls it, in full.\n\n## ADDED Requirements\n" + A

    result = merged(delta, None)

    assert result.text.startswith("# thing Specification\n\n## Purpose\nSays what the thing owes")
    assert result.warnings == ()


@pytest.mark.parametrize("purpose", ["<!-- none yet -->", "", "Fine.\n### Requirement: X\nmore"])
def test_a_purpose_that_breaks_the_new_spec_gives_way_to_the_placeholder(purpose: str) -> None:
    result = merged(f"## Purpose\n{purpose}\n\n## ADDED Requirements\n{A}", None)

    assert "## Purpose\nTBD - created by archiving change add-thing. Update Purpose after archive.\n" in result.text


def test_removing_from_a_capability_without_a_spec_is_passed_over_with_a_warning() -> None:
    result = merged("## REMOVED Requirements\n### Requirement: Q\n## ADDED Requirements\n" + A, None)

    assert names(result.text) == ["A"]
    assert len(result.warnings) == 1


def test_a_heading_inside_a_removed_requirement_is_named_before_it_is_lost() -> None:
    target = spec(A + "\n### Notes\nKeep me.\n", B)

    result = merged("## REMOVED Requirements\n- `### Requirement: A`\n", target)

    assert any('"### Notes"' in warning for warning in result.warnings)


def test_a_spec_without_its_last_requirement_says_what_else_it_holds() -> None:
    target = spec(A).replace("## Requirements", "## Background\nHistory.\n\n## Requirements")

    result = merged("## REMOVED Requirements\n- `### Requirement: A`\n", target)

    assert result.bare
    assert result.unaccounted == ("## Background", "History.")


MISSING_SCENARIO = "### Requirement: A\nIt SHALL do a.\n\n#### Scenario: Another\n- **WHEN** x\n- **THEN** y\n"
REFUSALS = {
    "unpaired-rename": "## RENAMED Requirements\n- FROM: `### Requirement: A`\n",
    "duplicate": "## REMOVED Requirements\n- `### Requirement: A`\n- `### Requirement: A`\n",
    "in-two-sections": "## REMOVED Requirements\n- `### Requirement: A`\n## MODIFIED Requirements\n" + A,
    "modified-old-name": "## RENAMED Requirements\n- FROM: `### Requirement: A`\n- TO: `### Requirement: Z`\n"
    "## MODIFIED Requirements\n" + A,
    "renamed-and-added": "## RENAMED Requirements\n- FROM: `### Requirement: A`\n- TO: `### Requirement: Z`\n"
    "## ADDED Requirements\n" + requirement("Z", "It SHALL."),
    "no-operations": "## Notes\nNothing yet.\n",
    "rename-source-missing": "## RENAMED Requirements\n- FROM: `### Requirement: Q`\n- TO: `### Requirement: Z`\n",
    "rename-source-near": "## RENAMED Requirements\n- FROM: `### Requirement: a`\n- TO: `### Requirement: B`\n",
    "rename-target-exists": "## RENAMED Requirements\n- FROM: `### Requirement: A`\n- TO: `### Requirement: B`\n",
    "rename-target-near": "## RENAMED Requirements\n- FROM: `### Requirement: A`\n- TO: `### Requirement: b`\n",
    "removed-near": "## REMOVED Requirements\n- `### Requirement: a`\n",
    "modified-missing": "## MODIFIED Requirements\n" + requirement("Q", "It SHALL."),
    "modified-near": "## MODIFIED Requirements\n" + requirement("a", "It SHALL."),
    "drops-scenarios": "## MODIFIED Requirements\n" + MISSING_SCENARIO,
    "added-exists": "## ADDED Requirements\n" + requirement("A", "It SHALL do else."),
    "added-near": "## ADDED Requirements\n" + requirement("a", "It SHALL."),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_delta_that_cannot_be_merged_is_refused_with_its_reason_and_a_fix(code: str) -> None:
    refusal = refused(REFUSALS[code])

    assert refusal.code == code
    assert refusal.message
    assert refusal.fix


def test_a_refusal_names_the_line_of_the_delta() -> None:
    assert refused(REFUSALS["modified-missing"]).line == 2


def test_a_spec_whose_requirements_are_ambiguous_is_not_touched() -> None:
    assert refused("## ADDED Requirements\n" + B, spec(A, A)).code == "broken-spec"


def test_nothing_of_a_missing_spec_can_be_modified() -> None:
    assert refused("## MODIFIED Requirements\n" + A, None).code == "no-spec"


def test_validate_says_what_archive_would_refuse_without_changing_the_verdict() -> None:
    files = {
        "openspec/specs/thing/spec.md": TWO,
        "openspec/changes/c/specs/thing/spec.md": REFUSALS["modified-missing"],
    }

    (report,) = validate(files, specs=False)

    assert [(issue.rule, issue.level, issue.path) for issue in report.issues] == [("OS-C1", "INFO", "thing/spec.md")]
    assert report.valid(strict=True)
    assert report.issues[0].span.line == 2


# No two that differ in case only: a REMOVED name that is gone is a near miss of an ADDED one then, and refused.
LABELS = st.sampled_from(["A", "B", "C", "D e", "F"])
BLOCKS = st.builds(
    lambda name, body: requirement(name, f"It SHALL do {body}.", GOOD_SCENARIO), LABELS, st.sampled_from("xyz")
)
SECTIONS = st.builds(
    lambda title, blocks: f"## {title} Requirements\n" + "\n".join(blocks),
    st.sampled_from(["ADDED", "MODIFIED", "REMOVED"]),
    st.lists(BLOCKS, min_size=1, max_size=3),
)
DELTAS = st.lists(SECTIONS, min_size=1, max_size=3).map("\n".join)


@given(DELTAS, st.lists(BLOCKS, min_size=1, max_size=4, unique_by=lambda block: block.split("\n")[0].lower()))
def test_merging_twice_is_merging_once(delta: str, blocks: list[str]) -> None:
    result = merge(delta, spec(*blocks), capability="thing", change="c")
    if isinstance(result, Refusal):
        return

    again = merge(delta, result.text, capability="thing", change="c")

    assert isinstance(again, Merged)
    assert (again.text, again.counts) == (result.text, Counts())


@given(DELTAS, st.lists(BLOCKS, min_size=1, max_size=4, unique_by=lambda block: block.split("\n")[0].lower()))
def test_what_a_delta_does_not_name_stays_as_it_is(delta: str, blocks: list[str]) -> None:
    result = merge(delta, spec(*blocks), capability="thing", change="c")
    if isinstance(result, Refusal):
        return

    named = names(delta)

    assert all(block.strip() in result.text for block in blocks if names(block)[0] not in named)
