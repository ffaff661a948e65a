"""The measures that every commit has: what they are on small trees, and that changes add up to what a whole tree has."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.metrics.ledger import Ledger
from geoflow.metrics.measure import ASKED, BY_NAME, HISTORY, MEASURES
from geoflow.metrics.spec_figures import SpecReader
from geoflow.openspec.disk import load
from geoflow.quality.kept import Kept
from tests.benchmarks.trees import some_changes
from tests.builders import requirement, spec
from tests.conftest import CORPUS
from tests.metrics.trees import as_ids, changes, expected, ledger_of, values_of
from tests.openspec.test_corpus import unpack

FAILING = "#### Scenario: Wrong password\n- **WHEN** the password is wrong\n- **THEN** the request is rejected\n"
WORKING = "#### Scenario: It works\n- **WHEN** a user asks\n- **THEN** the system answers\n"
A, B = "openspec/specs/a/spec.md", "openspec/specs/b/spec.md"


def test_an_empty_tree_has_counts_and_no_shares() -> None:
    values = values_of({})
    assert values["size.specs"] == 0
    assert values["work.open_tasks"] == 0
    assert not [name for name in values if BY_NAME[name].unit == "%" or "per_" in name]


def test_size_and_structure_count_main_specs() -> None:
    files = {
        A: spec(requirement("One", "The system SHALL answer."), requirement("Two", "It SHALL.")),
        B: spec(requirement("Three", "It SHALL."), purpose=""),
        "openspec/changes/c/specs/a/spec.md": "## ADDED Requirements\n" + requirement("Four", "It SHALL."),
    }
    values = values_of(files)
    assert values["size.specs"] == 2
    assert values["size.requirements"] == 3
    assert values["size.scenarios"] == 3
    assert values["size.words"] == sum(len(files[path].split()) for path in (A, B))
    assert values["structure.requirements_per_spec"] == 1.5
    assert values["structure.largest_spec"] == 2
    assert values["structure.words_per_requirement"] == round((4 + 2 + 2) / 3, 4)
    assert values["structure.specs_without_purpose"] == 1


def test_coverage_tells_requirements_with_a_scenario_for_a_failure() -> None:
    requirements = [
        requirement("Both", "It SHALL.", WORKING + "\n" + FAILING),
        requirement("Good only", "It SHALL.", WORKING),
        requirement("None", "It SHALL.", ""),
    ]
    values = values_of({A: spec(*requirements)})
    assert values["coverage.scenarios_per_requirement"] == 1
    assert values["coverage.with_scenario"] == round(200 / 3, 4)
    assert values["coverage.with_failure_scenario"] == round(100 / 3, 4)


def test_validity_counts_items_and_issues() -> None:
    files = {
        A: spec(requirement("One", "It SHALL work.")),
        B: spec(requirement("One", "It SHALL work."), purpose="TBD"),
        "openspec/changes/c/proposal.md": "## Why\nBecause.\n",
    }
    values = values_of(files)
    assert (values["validity.items"], values["validity.errors"], values["validity.warnings"]) == (3, 1, 1)
    assert (values["validity.valid"], values["validity.valid_strict"]) == (round(200 / 3, 4), round(100 / 3, 4))


def test_work_counts_tasks_of_active_changes_only() -> None:
    values = values_of(
        {
            "openspec/changes/a/tasks.md": "- [x] 1.1 Done\n- [ ] 1.2 Open\n",
            "openspec/changes/b/tasks.md": "- [ ] 1.1 Open\n- [ ] 1.2 Open\n",
            "openspec/changes/archive/2026-01-01-c/tasks.md": "- [ ] 1.1 Open\n",
        }
    )
    assert (values["work.active_changes"], values["work.open_tasks"], values["work.done_tasks"]) == (2, 3, 25)


def test_churn_compares_requirements_by_name_and_text() -> None:
    before = {A: spec(*(requirement(name, "It SHALL.") for name in ("Kept", "Reworded", "Gone")))}
    after = {A: spec(requirement("Kept", "It SHALL."), requirement("Reworded", "It MUST."), requirement("New", "x"))}
    churn = ledger_of(before, after).churn(changes(before, after))
    assert [churn[f"churn.requirements_{what}"] for what in ("added", "modified", "removed")] == [1, 1, 1]


def test_churn_sees_new_and_removed_specs_and_no_changes_or_archives() -> None:
    one = spec(requirement("One", "It SHALL."))
    before = {A: one, "openspec/changes/c/specs/b/spec.md": "## ADDED Requirements\n" + requirement("Two", "It SHALL.")}
    after = {B: one, "openspec/changes/archive/2026-01-01-c/specs/b/spec.md": "x"}
    churn = ledger_of(before, after).churn(changes(before, after))
    assert [churn[f"churn.requirements_{what}"] for what in ("added", "modified", "removed")] == [1, 0, 1]


def test_every_measure_of_the_history_is_there_for_a_tree_that_has_everything() -> None:
    files = {A: spec(requirement("One", "It SHALL.")), "openspec/changes/a/tasks.md": "- [x] 1.1 Done\n"}
    ledger = ledger_of(files)
    assert [*ledger.values(), *ledger.churn(changes({}, files))] == [
        *(name for name in HISTORY if not name.startswith("churn.")),
        *(name for name in HISTORY if name.startswith("churn.")),
    ]


def test_definitions_are_whole() -> None:
    assert len(BY_NAME) == len(MEASURES)
    assert {*HISTORY, *ASKED} == {one.name for one in MEASURES if one.kind == "derived"}
    for measure in MEASURES:
        assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", measure.name)
        assert measure.unit, measure.name
        assert measure.meaning, measure.name


PIECES = (
    "# T\n",
    "## Purpose\n",
    "Says in some more words what the parts of this example owe to each other.\n",
    "TBD\n",
    "## Requirements\n",
    "### Requirement: One\n",
    "### Requirement: Two\n",
    "### requirement: One ##\n",
    "###Requirement: Three\n",
    "### Requirement:\n",
    "### Other\n",
    "#### Scenario: It fails\n",
    "#### Requirements\n",
    "#### Purpose\n",
    "##### Deep\n",
    "#### \n",
    "## \n",
    "## ADDED Requirements\n",
    "# Purpose\n",
    "The system SHALL work.\n",
    "The system works.\n",
    "- **WHEN** it is asked\n",
    "- **THEN** an error is shown\n",
    "```\n",
    "~~~\n",
    "\r\n",
    "\ufeff",
    "\n",
    "  \t\n",
    "x" * 520 + "\n",
)
SPECS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)
COMMON = st.lists(st.sampled_from(PIECES[5:]), max_size=16).map(
    lambda parts: "".join(("# T\n", *PIECES[1:3], "\n## Requirements\n", *parts))
)


@settings(max_examples=400)
@given(SPECS | COMMON, SPECS | COMMON)
def test_a_spec_that_is_cut_into_parts_has_the_figures_of_the_whole(first: str, second: str) -> None:
    # One reader for both: what it remembers of the first must not change what it says of the second.
    reader = SpecReader()
    for text in (first, second, first):
        assert _figures(reader, text) == {
            name: value for name, value in expected({A: text}).items() if name in FROM_SPECS
        }


FROM_SPECS = tuple(name for name in HISTORY if name.split(".")[0] in ("size", "structure", "coverage", "validity"))


def _figures(reader: SpecReader, text: str) -> dict[str, float]:
    files = {A: text}
    ledger = ledger_of(files)
    ledger._reader = reader
    ledger._known.clear()
    ledger.start({})
    ledger.start({A: next(iter(ledger_of(files)._files.values()))})
    return {name: value for name, value in ledger.values().items() if name in FROM_SPECS}


def test_most_specs_are_read_in_parts() -> None:
    reader = SpecReader()
    assert reader._plain(spec(requirement("One", "It SHALL."), requirement("Two", "It SHALL."))) is not None
    assert reader._plain(spec(requirement("One", "It SHALL."), requirement("One", "It SHALL."))) is None


DELTAS = ("MODIFIED", "ADDED", "REMOVED")
TREES = st.dictionaries(
    st.sampled_from(
        [
            *(A, B, "openspec/specs/.hidden/spec.md", "openspec/specs/a/notes.md", "openspec/config.yaml"),
            *("openspec/changes/c/tasks.md", "openspec/changes/c/specs/a/spec.md", "openspec/changes/c/.openspec.yaml"),
            *("openspec/changes/d/specs/b/spec.md", "openspec/changes/d/specs/b.md", "openspec/changes/loose.md"),
            *("openspec/changes/archive/2026-01-01-e/tasks.md", "openspec/changes/nest/f/tasks.md"),
            "openspec/schemas/own/schema.yaml",
        ]
    ),
    st.sampled_from(
        [
            spec(requirement("One", "It SHALL work.", FAILING)),
            spec(requirement("One", "It works."), requirement("Two", "It SHALL.", "")),
            *(f"## {word} Requirements\n" + requirement("One", "It SHALL go on.") for word in DELTAS),
            *("- [x] 1.1 Done\n- [ ] 1.2 Open\n", "schema: spec-driven\n", "schema: own\n", "skip_specs: true\n", ""),
            "name: own\nartifacts:\n  - id: tasks\n    generates: todo.md\n",
        ]
    ),
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=5))
def test_changes_add_up_to_the_tree_and_can_be_taken_back(trees: list[dict[str, str]]) -> None:
    ledger = ledger_of(*trees)
    for before, after in pairwise(trees):
        assert ledger.values() == expected(before)
        ledger.apply(changes(before, after))
    assert ledger.values() == expected(trees[-1])
    for before, after in reversed(list(pairwise(trees))):
        ledger.undo(changes(before, after))
        assert ledger.values() == expected(before)


@settings(max_examples=100, deadline=None)
@given(st.lists(TREES, min_size=2, max_size=4))
def test_what_is_kept_of_contents_changes_no_figure(trees: list[dict[str, str]]) -> None:
    text = ""
    for before, after in pairwise([*trees, *trees[:2]]):
        kept = Kept(text)
        ledger, anew = ledger_of(before, after, kept=kept), ledger_of(before, after)
        ledger.apply(changes(before, after))
        anew.apply(changes(before, after))
        assert ledger.values() == anew.values() == expected(after)
        assert ledger.churn(changes(before, after)) == anew.churn(changes(before, after))
        text = kept.text() or text


def test_the_text_of_a_spec_that_is_known_is_not_asked_for() -> None:
    files, kept = some_changes(5), Kept()
    first = ledger_of(files, kept=kept).values()

    def no_text(content: str) -> str:
        raise AssertionError(f"{content} was asked for")

    again = Ledger(no_text, Kept(kept.text()))
    assert not any(again.needs(path, content) for path, content in as_ids(files).items())
    again.start(as_ids(files))
    assert again.values() == first


def test_a_large_tree_has_the_figures_of_its_parts() -> None:
    files = some_changes(20)
    assert values_of(files) == expected(files)


@pytest.mark.corpus
def test_real_trees_have_the_figures_that_whole_reports_give(tmp_path: Path) -> None:
    for archive in sorted(CORPUS.glob("*.tar.gz"), key=lambda file: file.stat().st_size)[:12]:
        files = load(str(unpack(archive, tmp_path / archive.name)))
        assert values_of(files) == expected(files), archive.name
