import pytest

from geoflow.openspec.archiving import Archive, Options, plan_archive
from geoflow.openspec.spec_updates import Refused
from tests.builders import requirement, spec

A = requirement("A", "The system SHALL work.")
REMOVE_A = "## REMOVED Requirements\n- `### Requirement: A`\n"
MARKED = "schema: spec-driven\nretire_capabilities: true\n"
OPTIONS = Options("2026-01-31")


def files(delta: str | None = None, target: str | None = None, **others: str) -> dict[str, str]:
    tree = {"openspec/changes/c/tasks.md": "- [x] 1.1 a\n"}
    if delta is not None:
        tree["openspec/changes/c/specs/auth/spec.md"] = delta
    if target is not None:
        tree["openspec/specs/auth/spec.md"] = target
    return tree | {f"openspec/changes/c/{name.replace('__', '.')}": text for name, text in others.items()}


def planned(tree: dict[str, str], options: Options = OPTIONS) -> Archive:
    result = plan_archive(tree, "c", options)
    assert isinstance(result, Archive), result
    return result


def refused(tree: dict[str, str], options: Options = OPTIONS) -> Refused:
    result = plan_archive(tree, "c", options)
    assert isinstance(result, Refused), result
    return result


def test_a_change_without_deltas_is_only_moved() -> None:
    plan = planned(files()).plan

    assert (plan.writes, plan.deletes) == ((), ())
    assert plan.moves == (("openspec/changes/c", "openspec/changes/archive/2026-01-31-c"),)


def test_a_spec_that_holds_everything_already_is_not_written() -> None:
    archive = planned(files("## ADDED Requirements\n" + A, spec(A) + "\n\n\n"))

    assert [update.outcome for update in archive.updates] == ["unchanged"]
    assert archive.plan.writes == ()


def test_the_last_requirement_retires_the_capability_where_the_change_says_so() -> None:
    tree = files(REMOVE_A, spec(A)) | {"openspec/changes/c/.openspec.yaml": MARKED}

    archive = planned(tree)

    assert archive.plan.deletes == ("openspec/specs/auth/spec.md",)
    assert archive.totals.removed == 1
    assert any("retire_capabilities" in warning for warning in archive.warnings)


def test_without_the_mark_the_fix_tells_how_to_retire() -> None:
    answer = refused(files(REMOVE_A, spec(A)))

    assert answer.code == "merged-spec-invalid"
    assert "retire_capabilities: true" in answer.fix


def test_a_mark_that_does_not_count_retires_nothing_and_says_why() -> None:
    tree = files(REMOVE_A, spec(A)) | {"openspec/changes/c/.openspec.yaml": "retire_capabilities: true\n"}

    answer = refused(tree)

    assert answer.code == "merged-spec-invalid"
    assert "does not count" in answer.fix


def test_nothing_beside_the_requirements_is_lost_by_retiring() -> None:
    target = spec(A).replace("## Requirements", "## Background\nHistory.\n\n## Requirements")
    tree = files(REMOVE_A, target) | {"openspec/changes/c/.openspec.yaml": MARKED}

    assert '"## Background", "History."' in refused(tree).fix


def test_nothing_is_retired_unchecked() -> None:
    tree = files(REMOVE_A, spec(A)) | {"openspec/changes/c/.openspec.yaml": MARKED}

    assert planned(tree, OPTIONS._replace(check=False)).plan.deletes == ()


def test_what_was_wrong_with_the_spec_before_stops_the_archive() -> None:
    target = spec(A, requirement("B", "It SHALL.", ""))

    answer = refused(files("## ADDED Requirements\n" + requirement("N", "It SHALL."), target))

    assert answer.code == "merged-spec-invalid"
    assert {issue.rule for issue in answer.issues} == {"OS-S4"}


def test_the_first_delta_that_cannot_be_merged_stops_all() -> None:
    tree = files("## ADDED Requirements\n" + A, spec(requirement("A", "It SHALL differ.")))
    tree["openspec/changes/c/specs/zebra/spec.md"] = "## ADDED Requirements\n" + A

    answer = refused(tree)

    assert answer.code == "added-exists"
    assert answer.message.startswith("openspec/changes/c/specs/auth/spec.md:2: ")


def test_an_invalid_delta_is_not_even_merged() -> None:
    answer = refused(files("## ADDED Requirements\n### Requirement: N\nIt SHALL.\n", spec(A)))

    assert answer.code == "change-invalid"
    assert [issue.rule for issue in answer.issues] == ["OS-D7"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b"])
def test_a_name_that_is_a_path_names_no_change(name: str) -> None:
    answer = plan_archive(files(), name, OPTIONS)

    assert isinstance(answer, Refused)
    assert answer.code == "change-name-invalid"


def test_a_folder_of_changes_is_not_archived() -> None:
    tree = {"openspec/changes/c/inner/proposal.md": "# Proposal\n"}

    assert refused(tree).code == "change-is-folder"


def test_the_documents_behind_a_plan_are_named_so_that_a_change_in_between_is_seen() -> None:
    tree = files("## MODIFIED Requirements\n" + requirement("A", "It SHALL well."), spec(A))

    assert planned(tree).files == tree


WHY = "Callers wait for minutes today and nobody tells them why that is so."


@pytest.mark.parametrize(
    ("proposal", "rules"),
    [
        (f"## Why\n{WHY}\n\n## What Changes\n- One thing.\n", []),
        ("## Why\nShort.\n\n## What Changes\n- One thing.\n", ["OS-P3"]),
        (f"## Why\n{WHY * 20}\n\n## What Changes\n- One thing.\n", ["OS-P4"]),
        ("## What Changes\n- One thing.\n", ["OS-P1"]),
        (f"## Why\n{WHY}\n", ["OS-P2"]),
        (f"## Why\n{WHY}\n\n## What Changes\n\n## Impact\nNone.\n", ["OS-P2"]),
    ],
)
def test_a_poor_proposal_is_told_and_stops_nothing(proposal: str, rules: list[str]) -> None:
    tree = files("## ADDED Requirements\n" + A, proposal__md=proposal)

    assert [note.rule for note in planned(tree).notes] == rules


def test_deltas_that_only_the_proposal_lists_are_told() -> None:
    proposal = f"## Why\n{WHY}\n\n## What Changes\n- **auth:** add x\n- **mail**: Remove what nobody reads\n"

    assert [(note.rule, note.path) for note in planned(files(proposal__md=proposal)).notes] == [
        ("OS-P7", "deltas[0].description"),
        ("OS-P8", "deltas[0].requirements"),
    ]


def test_a_change_with_more_than_ten_deltas_is_told() -> None:
    blocks = "".join(requirement(f"N{count}", "It SHALL.") for count in range(11))
    tree = files("## ADDED Requirements\n" + blocks, proposal__md=f"## Why\n{WHY}\n\n## What Changes\n- Much.\n")

    assert [note.rule for note in planned(tree).notes] == ["OS-P6"]
