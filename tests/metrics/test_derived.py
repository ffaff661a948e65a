"""The derived measures of small trees."""

from geoflow.metrics.derived import derive
from geoflow.metrics.measure import BY_NAME, MEASURES
from geoflow.openspec import Issue, Report, Span, read_tree
from geoflow.quality.finding import Finding
from tests.builders import requirement, spec

FAILING = "#### Scenario: Wrong password\n- **WHEN** the password is wrong\n- **THEN** the request is rejected\n"
WORKING = "#### Scenario: It works\n- **WHEN** a user asks\n- **THEN** the system answers\n"


def issue(level: str) -> Issue:
    return Issue(level, "OS-S1", "file", "m", "f", "d", "r", Span(1, 1, 1, 1))  # type: ignore[arg-type]


def finding(code: str) -> Finding:
    return Finding(code, "warning", "p", 1, 1, "r", "m", "f", "q", 0, 1)


def derived(files: dict[str, str]) -> dict[str, float]:
    return derive(read_tree(files), [], [])


def test_an_empty_tree_has_counts_and_no_shares() -> None:
    values = derived({})
    assert values["size.specs"] == 0
    assert values["work.open_tasks"] == 0
    assert not [name for name in values if BY_NAME[name].unit == "%" or "per_" in name or "density" in name]


def test_size_and_structure_count_main_specs() -> None:
    files = {
        "openspec/specs/a/spec.md": spec(
            requirement("One", "The system SHALL answer."), requirement("Two", "It SHALL.")
        ),
        "openspec/specs/b/spec.md": spec(requirement("Three", "It SHALL."), purpose=""),
        "openspec/changes/c/specs/a/spec.md": "## ADDED Requirements\n" + requirement("Four", "It SHALL."),
    }
    values = derived(files)
    assert values["size.specs"] == 2
    assert values["size.requirements"] == 3
    assert values["size.scenarios"] == 3
    assert values["size.words"] == sum(len(files[f"openspec/specs/{name}/spec.md"].split()) for name in "ab")
    assert values["structure.requirements_per_spec"] == 1.5
    assert values["structure.largest_spec"] == 2
    assert values["structure.words_per_requirement"] == round((4 + 2 + 2) / 3, 4)
    assert values["structure.specs_without_purpose"] == 1


def test_coverage_tells_requirements_with_a_scenario_for_a_failure() -> None:
    values = derived(
        {
            "openspec/specs/a/spec.md": spec(
                requirement("Both", "It SHALL.", WORKING + "\n" + FAILING),
                requirement("Good only", "It SHALL.", WORKING),
                requirement("None", "It SHALL.", ""),
            )
        }
    )
    assert values["coverage.scenarios_per_requirement"] == 1
    assert values["coverage.with_scenario"] == round(200 / 3, 4)
    assert values["coverage.with_failure_scenario"] == round(100 / 3, 4)


def test_validity_counts_items_and_issues() -> None:
    reports = [
        Report("a", "spec", ()),
        Report("b", "spec", (issue("WARNING"), issue("INFO"))),
        Report("c", "change", (issue("ERROR"), issue("WARNING"))),
        Report("d", "change", (issue("INFO"),)),
    ]
    values = derive(read_tree({}), reports, [])
    assert {name: values[name] for name in values if name.startswith("validity.")} == {
        "validity.items": 4,
        "validity.valid": 75,
        "validity.valid_strict": 50,
        "validity.errors": 1,
        "validity.warnings": 2,
    }


def test_quality_counts_smells_against_the_requirements_that_were_judged() -> None:
    files = {
        "openspec/specs/a/spec.md": spec(requirement("One", "It SHALL.")),
        "openspec/changes/c/specs/a/spec.md": "## ADDED Requirements\n" + requirement("Two", "It SHALL."),
    }
    findings = [finding("GF201"), finding("GF211"), finding("GF111"), finding("OS-S10")]
    values = derive(read_tree(files), [], findings)
    assert values["quality.findings"] == 4
    assert values["quality.smell_density"] == 100


def test_placeholders_count_in_prose_and_not_in_code_or_other_words() -> None:
    text = spec(requirement("One", "It SHALL wait TBD seconds.\n\n`TODO` and TODOs are none."), purpose="TBD - later.")
    assert derived({"openspec/specs/a/spec.md": text})["quality.placeholders"] == 2


def test_work_counts_tasks_of_active_changes_only() -> None:
    values = derived(
        {
            "openspec/changes/a/tasks.md": "- [x] 1.1 Done\n- [ ] 1.2 Open\n",
            "openspec/changes/b/tasks.md": "- [ ] 1.1 Open\n- [ ] 1.2 Open\n",
            "openspec/changes/archive/2026-01-01-c/tasks.md": "- [ ] 1.1 Open\n",
        }
    )
    assert (values["work.active_changes"], values["work.open_tasks"], values["work.done_tasks"]) == (2, 3, 25)


def test_every_measure_is_derived_from_a_tree_that_has_everything() -> None:
    files = {
        "openspec/specs/a/spec.md": spec(requirement("One", "It SHALL.")),
        "openspec/changes/a/tasks.md": "- [x] 1.1 Done\n",
    }
    values = derive(read_tree(files), [Report("a", "spec", ())], [])
    assert list(values) == [measure.name for measure in MEASURES]


def test_definitions_are_whole() -> None:
    assert len(BY_NAME) == len(MEASURES)
    for measure in MEASURES:
        assert measure.unit, measure.name
        assert measure.meaning, measure.name
        assert measure.name.count(".") == 1, measure.name
