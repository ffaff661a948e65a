"""Hand-written changes put into OpenSpec form: what is cut from proposals, plans, tasks and YAML, and what is asked."""

import pytest

from geoflow.improvement.adopt_page import Place
from tests.improvement.adopting import CHANGE, adopt_change

PROPOSAL = """# Kiln Panel Proposal

## Summary

A panel that shows the heat of the kiln,
to the potter who fires it.

## Motivation

Nobody knows how hot it is.

## Components

| Component | File | Purpose |
|-----------|------|---------|
| HeatGauge | `gauge.py` | Shows the heat |
| Fan | `fan.py` | Cools |
| E2E Tests | `test_e2e.py` | Verify all |

## Success Criteria

- [ ] HeatGauge updates when the heat changes
- [ ] The panel is readable
- [ ] 12+ tests passing
- [ ] Documentation updated
"""


def test_criteria_become_scenarios_of_the_component_that_they_name() -> None:
    done = adopt_change({"proposal.md": PROPOSAL})
    assert done.kept, done.verdict
    assert (
        "### Requirement: Kiln Panel\n\nKiln Panel SHALL meet the following: A panel that shows the heat" in done.text
    )
    assert "of the kiln, to the potter who fires it." in done.text  # the summary's second line as well
    assert "### Requirement: HeatGauge\n\nThe system SHALL provide HeatGauge: Shows the heat" in done.text
    assert "Requirement: Fan" not in done.text  # no criterion speaks of it
    assert done.asked("“Fan” is described, and nothing says what must hold")
    assert done.steps("HeatGauge updates when the heat changes") == [
        ("WHEN", "the heat changes"),
        ("THEN", "HeatGauge updates"),
    ]
    assert len(done.adopted.scenarios) == 2


def test_a_summary_that_opens_a_list_is_no_statement_that_is_cut_off() -> None:
    proposal = (
        "# Kiln Panel\n\n## Summary\n\nMove the panel to parts of our own:\n\n- a lamp\n- a bell\n\n"
        "## Success Criteria\n\n- [ ] The lamp glows when the door opens\n"
    )
    done = adopt_change({"proposal.md": proposal})
    assert done.kept
    assert "Kiln Panel SHALL meet the following: Move the panel to parts of our own\n" in done.text
    assert "Move the panel to parts of our own:\n\n- a lamp\n- a bell" in done.adopted.texts.get(
        "openspec/changes/add-kiln/proposal.md", proposal
    )


def test_talk_about_the_work_is_listed_and_no_requirement_is_made_of_it() -> None:
    done = adopt_change({"proposal.md": PROPOSAL})
    lines = PROPOSAL.split("\n")
    assert [lines[place.line - 1] for place in done.adopted.unused] == [
        "- [ ] 12+ tests passing",
        "- [ ] Documentation updated",
    ]
    assert "passing" not in done.text


def test_a_proposal_gets_its_two_sections_above_the_authors_own_headings() -> None:
    done = adopt_change({"proposal.md": PROPOSAL})
    page = done.adopted.texts[CHANGE + "proposal.md"]
    assert "## Why\n\n### Motivation\n\nNobody knows" in page
    assert "## What Changes\n\n### Summary\n\nA panel" in page


def test_what_a_proposal_lists_as_added_is_provided_and_modified_is_asked_about() -> None:
    listed = "- **ADDED** Gauge for the heat\n- **ADDED** Fan to cool\n- **MODIFIED** Door to close\n"
    criteria = "## Success Criteria\n\n- [ ] Gauge updates when the heat changes\n"
    done = adopt_change({"proposal.md": f"# Kiln\n\n## Why\n\nNeeded.\n\n## What Changes\n\n{listed}\n{criteria}"})
    assert done.kept, done.verdict
    assert "### Requirement: Gauge\n\nThe system SHALL provide Gauge for the heat" in done.text
    assert done.asked("“Door” is listed as MODIFIED")


def test_a_part_of_which_nothing_more_is_said_is_asked_about_and_no_requirement() -> None:
    listed = "- **ADDED** Gauge for the heat\n- **ADDED** Fan to cool\n- **MODIFIED** Door to close\n"
    criteria = "## Success Criteria\n\n- [ ] Gauge updates when the heat changes\n"
    done = adopt_change({"proposal.md": f"# Kiln\n\n## Why\n\nNeeded.\n\n## What Changes\n\n{listed}\n{criteria}"})
    assert done.kept, done.verdict
    assert "Fan" not in done.text
    assert "Door" not in done.text
    (asked,) = [one for one in done.adopted.questions if "What must hold?" in one.text]
    assert asked.text.startswith("2 things such as “Fan” are described")
    assert asked.place == Place(CHANGE + "proposal.md", 10)


def test_a_change_of_parts_alone_is_left_to_its_author() -> None:
    done = adopt_change({"proposal.md": "# Kiln\n\n## What Changes\n\n- **ADDED** Gauge for the heat\n"})
    assert done.adopted.why_not == "only the author can say what it requires"
    assert done.asked("“Gauge” is described, and nothing says what must hold")
    assert not done.adopted.pages


def test_rows_of_success_criteria_are_outcomes_and_the_heading_row_is_none() -> None:
    table = "| Criterion | Target |\n|---|---|\n| Latency | < 5 ms |\n| Tests | 10+ passing |\n"
    done = adopt_change({"proposal.md": f"# Kiln\n\n## Success Criteria\n\n{table}"})
    assert done.kept, done.verdict
    assert [one.title for one in done.adopted.scenarios] == ["Latency"]
    assert done.steps("Latency") == [("THEN", "Latency: < 5 ms")]  # a value alone is no outcome


def test_components_without_any_criterion_are_described_and_asked_about() -> None:
    done = adopt_change({"proposal.md": PROPOSAL.split("## Success", maxsplit=1)[0]})
    assert done.adopted.why_not == "only the author can say what it requires"
    assert [one.text.split(" are ")[0] for one in done.adopted.questions] == ["2 things such as “HeatGauge”"]


def test_a_criterion_that_repeats_the_summary_makes_no_scenario() -> None:
    text = "# Kiln\n\n## Summary\n\nThe lid closes by itself.\n\n## Success Criteria\n\n- [ ] The lid closes\n"
    assert adopt_change({"proposal.md": text}).adopted.why_not
    done = adopt_change({"proposal.md": f"{text}- [ ] The lid opens\n"})
    assert done.kept, done.verdict
    assert [one.title for one in done.adopted.scenarios] == ["The lid opens"]


def test_a_criterion_with_the_name_of_a_part_as_its_label_is_of_that_part() -> None:
    table = "| Criterion | Metric |\n|---|---|\n| Heat Sorting | Pots stand by heat |\n"
    listed = "- **ADDED** Heat sorting to find pots\n"
    done = adopt_change({"proposal.md": f"# Kiln\n\n## What Changes\n\n{listed}\n## Success Criteria\n\n{table}"})
    assert done.kept, done.verdict
    assert "SHALL provide Heat sorting to find pots\n\n#### Scenario: Heat Sorting" in done.text
    assert "### Requirement: Kiln" not in done.text


def test_a_part_that_is_named_twice_is_one_whatever_it_is_written_in() -> None:
    listed = "- **ADDED** HeatClient for the heat\n"
    part = "### 1. HeatClient (Python)\n\n- **Purpose**: Asks for heat\n"
    done = adopt_change({"proposal.md": f"# Kiln\n\n## What Changes\n\n{listed}\n{part}\n{CRITERIA[8:]}"})
    assert done.kept, done.verdict
    assert done.asked("“HeatClient” is described, and nothing says what must hold")


def test_a_criterion_that_only_inflects_its_part_is_one_of_the_whole_change() -> None:
    part = "| Component | Purpose |\n|---|---|\n| HeatGauge | Accept updates of the heat |\n"
    criteria = "- [ ] HeatGauge accepts updates of the heat\n- [ ] The lid closes\n"
    done = adopt_change({"proposal.md": f"# Kiln\n\n## Components\n\n{part}\n## Success Criteria\n\n{criteria}"})
    assert done.kept, done.verdict
    assert "Requirement: HeatGauge" not in done.text
    assert [one.title for one in done.adopted.scenarios] == ["HeatGauge accepts updates of the heat", "The lid closes"]
    assert not done.asked("What must hold?")  # a criterion speaks of it


@pytest.mark.parametrize("above", ["## Success Criteria\n", "**Acceptance Criteria**:"])
def test_a_criterion_that_goes_on_in_the_next_line_is_whole(above: str) -> None:
    items = "- [ ] The lid closes\n  by itself\n- [ ] The fan\n  was reviewed\n- [ ] The lamp glows\n"
    done = adopt_change({"proposal.md": f"# Kiln\n\n{above}\n{items}"})
    assert done.kept, done.verdict
    assert [one.title for one in done.adopted.scenarios] == ["The lid closes by itself", "The lamp glows"]
    assert done.steps("The lid closes by itself") == [("THEN", "The lid closes"), ("", "by itself")]
    assert len(done.adopted.unused) == 1  # a review is work, in whichever line it stands


def test_a_checklist_of_verification_is_criteria_and_its_tests_are_work() -> None:
    tasks = (
        "# Tasks\n\n## 1. Lid\n- [ ] 1.1 Cut\n\n## Verification Checklist\n\n- [ ] The lid closes\n"
        "- [ ] `make test` succeeds\n- [ ] E2E test passes (or skips gracefully)\n- [ ] 15+ tests passing\n"
    )
    done = adopt_change({"proposal.md": "# Kiln\n\n## Summary\n\nA kiln.\n", "tasks.md": tasks})
    assert done.kept, done.verdict
    assert [one.title for one in done.adopted.scenarios] == ["The lid closes"]


def test_a_row_is_said_once_its_first_cell_the_title() -> None:
    table = (
        "| Criterion | Metric | Target |\n|---|---|---|\n| Door | Closes by itself | always |\n"
        "| Speed | Opening | < 5 s |\n| Speed | Closing | < 9 s |\n"
    )
    done = adopt_change({"proposal.md": f"# Kiln\n\n## Success Criteria\n\n{table}"})
    assert done.kept, done.verdict
    assert done.steps("Door") == [("THEN", "Closes by itself: always")]
    assert [one.title for one in done.adopted.scenarios] == ["Door", "Speed: Opening: < 5 s", "Speed: Closing: < 9 s"]


def test_run_and_expected_are_a_pair_and_runs_that_are_to_fail_are_work() -> None:
    plan = (
        "# Kiln Plan\n\n**Goal:** Fire pots.\n\n## Task 1: Lid\n\n**Step 1: Open the lid**\n\nRun: `lid open`\n"
        "Expected: The lid stands open\n\n**Step 2: Run the test**\n\nRun: `pytest`\nExpected: FAIL, no lid\n\n"
        "Run: `lid close`\n\nSome text.\n\nExpected: Nothing joins these\n"
    )
    done = adopt_change({"plan.md": plan})
    assert done.kept, done.verdict
    assert [one.title for one in done.adopted.scenarios] == ["Open the lid"]
    assert done.steps("Open the lid") == [("WHEN", "run `lid open`"), ("THEN", "The lid stands open")]


def test_runs_that_only_make_folders_and_look_at_them_are_work() -> None:
    runs = (
        "Run: `mkdir -p kiln`\nExpected: Directory created\n\nRun: `cd kiln && ls -la`\nExpected: Files exist\n\n"
        "Run: `kiln --help`\nExpected: Help text shows\n"
    )
    done = adopt_change({"plan.md": f"# Kiln Plan\n\n## Task 1: Help\n\n{runs}"})
    assert done.kept, done.verdict
    assert [one.steps[0].text for one in done.adopted.scenarios] == ["run `kiln --help`"]


def test_comments_of_tests_with_expected_values_are_conditions_and_outcomes() -> None:
    tests = (
        '```python\ndef test_pack():\n    """Test packing."""\n    # Four pots\n    # Expected: one box\n    pass\n\n'
        'def test_glow():\n    """Test that the lamp glows."""\n    pass\n\ndef test_bare():\n    pass\n```\n'
    )
    document = f"# Packing Specification\n\n## Overview\n\nPacks pots.\n\n## Tests\n\n{tests}"
    done = adopt_change({"specs/packing/spec.md": document})
    assert done.kept, done.verdict
    assert done.steps("test_pack") == [("WHEN", "Four pots"), ("THEN", "one box")]
    assert done.steps("test_glow") == [("THEN", "the lamp glows.")]
    assert len(done.adopted.scenarios) == 2
    assert document.split("## Tests")[1] in done.text  # the document itself stays below its delta


def test_a_delta_without_its_heading_gets_it_and_a_copy_of_a_main_spec_is_asked_about() -> None:
    body = "### KLN-001: Heater\n\n**Status:** Required\n\nHeats.\n\n**Acceptance Criteria**:\n- [ ] It glows\n"
    document = f"# Kiln Specification\n\n## Overview\n\nSays what the kiln does.\n\n## Requirements\n\n{body}"
    done = adopt_change({"specs/kiln/spec.md": document}, {"openspec/specs/kiln/spec.md": document})
    assert done.kept, done.verdict
    assert "## ADDED Requirements\n\n### Requirement: KLN-001: Heater" in done.text
    assert done.asked("have names that openspec/specs/kiln/spec.md has already")


TASKS = "# Tasks\n\n## Phase 1: Lid\n\n### Task 1.1: Cut the lid 🔥\n- **Who**: potter\n1. Draw\n2. Cut\n\n### Task 1.2: Fit it\n- Fit\n"
CRITERIA = "# Kiln\n\n## Success Criteria\n\n- [ ] The lid closes\n"


def test_task_headings_become_checkboxes_and_whether_they_are_done_is_asked() -> None:
    done = adopt_change({"proposal.md": CRITERIA, "tasks.md": TASKS})
    assert done.kept, done.verdict
    page = done.adopted.texts[CHANGE + "tasks.md"]
    assert "- [ ] 1.1 Cut the lid 🔥\n  - **Who**: potter\n  1. Draw" in page
    assert done.asked("Nothing says whether 2 tasks of add-kiln are done")


def test_a_table_of_states_says_which_tasks_are_done() -> None:
    states = "\n## Progress\n\n| Task | Status |\n|---|---|\n| 1.1 Cut | done |\n| 1.2 Fit | pending |\n"
    done = adopt_change({"proposal.md": CRITERIA, "tasks.md": TASKS + states})
    page = done.adopted.texts[CHANGE + "tasks.md"]
    assert "- [x] 1.1 Cut" in page
    assert "- [ ] 1.2 Fit" in page
    assert not done.asked("Nothing says whether")


def test_task_files_with_checkboxes_stay_as_they_are() -> None:
    done = adopt_change({"proposal.md": CRITERIA, "tasks.md": "## 1. Lid\n- [x] 1.1 Cut\n"})
    assert done.kept, done.verdict
    assert CHANGE + "tasks.md" not in done.adopted.pages


def test_names_in_capitals_are_put_right_and_the_text_stays() -> None:
    done = adopt_change({"PROPOSAL.md": CRITERIA, "TASKS.md": TASKS})
    assert done.kept, done.verdict
    assert done.adopted.removed == (CHANGE + "TASKS.md", CHANGE + "PROPOSAL.md")
    assert done.adopted.texts[CHANGE + "proposal.md"] == CRITERIA
    assert done.adopted.renamed[CHANGE + "TASKS.md"] == CHANGE + "tasks.md"


YAML = """change:
  title: Kiln Panel
  status: {status}
  summary: |
    A panel that:
    - Shows the heat
    - Beeps when it is hot
  motivation: |
    Nobody knows how hot it is.
  scope:
    - kiln/panel.py
  milestones:
    - id: M1
      name: Panel
      status: pending
      description: Show it
  success_criteria:
    - The panel is readable
    - All tests passing
"""


def test_a_change_in_yaml_gives_criteria_tasks_and_a_proposal() -> None:
    done = adopt_change({".openspec.yaml": YAML.format(status="proposed")})
    assert done.kept, done.verdict
    titles = [one.title for one in done.adopted.scenarios]
    assert titles == ["Shows the heat", "Beeps when it is hot", "The panel is readable"]
    assert done.steps("Beeps when it is hot") == [("WHEN", "it is hot"), ("THEN", "Beeps")]
    assert done.adopted.texts[CHANGE + "tasks.md"] == "# Tasks\n\n- [ ] M1 Panel: Show it\n"
    assert "## Why\n\nNobody knows how hot it is." in done.adopted.texts[CHANGE + "proposal.md"]
    source = YAML.split("\n")
    step = next(span for span in done.adopted.spans if span["text"] == "- **THEN** Beeps")
    assert source[step["sources"][0]["line"] - 1].strip() == "- Beeps when it is hot"


def test_a_change_that_is_done_while_its_milestones_are_not_is_asked_about_and_gets_no_tasks() -> None:
    done = adopt_change({".openspec.yaml": YAML.format(status="completed")})
    assert done.kept, done.verdict
    assert done.asked("says of itself “completed”, and 1 of its 1 milestones “pending”")
    assert CHANGE + "tasks.md" not in done.adopted.pages


@pytest.mark.parametrize("yaml", ["a: [", "a: &a [*a, *a]", "- 1", "", "x: 0xD0\ny: 2026-03-09", "? {a: b}\n: c", "\t"])
def test_yaml_of_any_kind_makes_nothing_fail(yaml: str) -> None:
    done = adopt_change({".openspec.yaml": yaml})
    assert done.adopted.why_not


def test_values_and_mappings_are_no_obligations_until_someone_says_so() -> None:
    yaml = (
        "change:\n  title: Kiln\n  mapping:\n    red: Heat scaled by load\n  rules:\n    - Lids close by themselves\n"
    )
    done = adopt_change({".openspec.yaml": yaml}, {"openspec/teams/add-kiln-team.yaml": "name: kiln"})
    assert done.adopted.why_not
    assert [said.words for said in done.adopted.unsure] == ["Heat scaled by load", "Lids close by themselves"]
    chosen = adopt_change({".openspec.yaml": yaml}, obligations=frozenset({Place(CHANGE + ".openspec.yaml", 6)}))
    assert chosen.kept, chosen.verdict
    assert [one.title for one in chosen.adopted.scenarios] == ["Lids close by themselves"]
    assert chosen.asked("“Heat scaled by load” stands beside what became scenarios")


@pytest.mark.parametrize("line", ["Breaking changes: None", "Token → Hidden vector", "heat * base_share", "Low bids"])
def test_a_line_without_a_verb_is_no_obligation_whoever_says_so(line: str) -> None:
    yaml = f'change:\n  title: Kiln\n  rules:\n    - "{line}"\n'
    done = adopt_change({".openspec.yaml": yaml}, obligations=frozenset({Place(CHANGE + ".openspec.yaml", 4)}))
    assert done.adopted.why_not == "only the author can say what it requires"
    assert done.adopted.unsure == ()


def test_the_capability_is_the_one_that_is_named_else_the_change_and_a_question() -> None:
    named = adopt_change({"proposal.md": CRITERIA + "\n## Impact\n\n- Affected specs: `lids` (NEW)\n"})
    assert CHANGE + "specs/lids/spec.md" in named.adopted.pages
    assert not named.asked("Which capability")
    several = adopt_change({"proposal.md": CRITERIA + "\n- Affected specs: `lids`, `doors`\n"})
    assert CHANGE + "specs/add-kiln/spec.md" in several.adopted.pages
    question = next(one for one in several.adopted.questions if "Which capability" in one.text)
    assert question.options == ("add-kiln", "lids", "doors")


def test_what_the_tasks_strike_out_is_asked_about() -> None:
    proposal = "# Kiln\n\n## What Changes\n\n- **ADDED** HeatClient for the heat\n"
    tasks = "## 1. Heat\n- [x] ~~Create `heat_client.py`~~ → using the bridge\n"
    done = adopt_change({"proposal.md": proposal, "tasks.md": tasks})
    assert done.asked("The proposal lists “HeatClient”, and the tasks strike it out")


def test_lines_that_nothing_joins_are_never_joined() -> None:
    proposal = (
        "# Kiln\n\n## Data Flow\n\n```\nHeat\n  ▼\nTile positions updated\n```\n\n"
        "## Success Criteria\n\n| Metric | Target |\n|---|---|\n| Panel | updating |\n| Heat | < 5 ms heat → panel |\n"
    )
    done = adopt_change({"proposal.md": proposal})
    assert done.kept, done.verdict
    assert not any(one.has_trigger for one in done.adopted.scenarios)


def test_a_change_in_form_of_which_only_the_tasks_are_not_keeps_its_delta() -> None:
    delta = (
        "## ADDED Requirements\n\n### Requirement: Lid\nThe lid SHALL close.\n\n"
        "#### Scenario: Closing\n- **WHEN** it is shut\n- **THEN** it closes\n"
    )
    done = adopt_change({"proposal.md": CRITERIA, "specs/lid/spec.md": delta, "tasks.md": TASKS})
    assert done.kept, done.verdict
    assert set(done.adopted.pages) == {CHANGE + "tasks.md"}


def test_a_proposal_in_form_whose_deltas_are_not_written_yet_is_left_in_peace() -> None:
    done = adopt_change({"proposal.md": "# Kiln\n\n## Why\n\nNeeded.\n\n## What Changes\n\nMuch.\n"})
    assert done.adopted.why_not == "its proposal is written, and its deltas are not yet"
    assert not done.adopted.questions


def test_every_question_has_a_place_and_two_to_four_answers() -> None:
    done = adopt_change({".openspec.yaml": YAML.format(status="completed"), "TASKS.md": TASKS})
    assert done.adopted.questions
    for asked in done.adopted.questions:
        assert 2 <= len(asked.options) <= 4
        assert asked.place.path in done.sources
        assert 0 < asked.place.line <= len(done.sources[asked.place.path].split("\n"))
