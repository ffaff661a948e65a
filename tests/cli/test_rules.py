"""`geoflow rules`: what a rule means, from the table that the reference page is made of."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.adapters.rule_guide import RuleGuide, rule_guides, told_of_rules
from geoflow.cli.app import app
from geoflow.openspec.rules import _BESIDE, LEVELS, PROPOSAL_LEVELS
from geoflow.quality.rules import RULES
from tests.docs.examples import found_in

WITH_EXAMPLE = [one for one in rule_guides() if one.bad]
# What they find lies between two commits, in a question's answer, or in what a model says.
WITHOUT_EXAMPLE = {"GF304", "GF320", "GF321", "GF322", "GF401"} | {f"GF50{count}" for count in range(1, 9)}
PAIRED = {"GF116": ["GF201"]}  # a waiver that does not count waives nothing


def shown(*words: str) -> str:
    done = CliRunner().invoke(app, ["rules", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_every_rule_is_described_and_nothing_else_is() -> None:
    known = {*RULES, *LEVELS, *PROPOSAL_LEVELS, *_BESIDE}
    assert set(told_of_rules()) == known, "add or remove in templates/rules.toml"


@pytest.mark.parametrize("rule", rule_guides(), ids=lambda one: one.code)
def test_every_rule_says_what_it_finds_and_why(rule: RuleGuide) -> None:
    assert rule.finds
    assert rule.why.endswith("."), f"write `why` for {rule.code} in templates/rules.toml"
    if rule.by == "openspec":
        assert rule.fix.endswith(".")
    else:
        assert bool(rule.bad) == bool(rule.good) == (rule.code not in WITHOUT_EXAMPLE), (
            f"write `bad` and `good` for {rule.code} in templates/rules.toml"
        )


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda one: one.code)
def test_a_rule_finds_its_bad_example_alone_and_nothing_in_the_good_one(rule: RuleGuide) -> None:
    found = found_in(rule.bad)
    assert {one.code for one in found} == {rule.code, *PAIRED.get(rule.code, [])}
    assert {(one.severity, one.incose) for one in found if one.code == rule.code} == {(rule.severity, rule.incose)}
    assert found_in(rule.good) == []


def test_one_rule_is_explained_with_an_example_and_how_to_mend_waive_and_switch_it_off(tmp_path: Path) -> None:
    text = shown("gf204")
    for part in ("a list that is left open", "cards, codes, etc.", "cards and codes.", "minimal-span", "INCOSE R9"):
        assert part in text
    assert "geoflow: allow GF204" in text
    assert "off: [GF204]" in text


def test_a_family_is_listed_a_line_a_rule() -> None:
    lines = shown("gf2").splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  GF")]
    assert listed == [code for code in RULES if code.startswith("GF2")]


def test_all_rules_are_listed_by_family() -> None:
    lines = shown().splitlines()
    assert [line for line in lines if not line.startswith(" ")][:2] == ["Form", "Wording"]
    assert sum(line.startswith("  ") for line in lines) == len(rule_guides())


def test_what_openspec_finds_cannot_be_waived() -> None:
    assert "cannot be waived" in shown("OS-S4")
    assert "allow OS-S4" not in shown("OS-S4")


def test_a_code_that_is_none_is_typed_wrong_and_the_nearest_is_named() -> None:
    done = CliRunner().invoke(app, ["rules", "GF2041"])
    assert done.exit_code == 2
    assert "did you mean GF204?" in done.stderr
    done = CliRunner().invoke(app, ["rules", "\x1b[31m"])
    assert done.exit_code == 2
    assert "\x1b" not in done.output


def test_json_holds_what_the_text_says() -> None:
    document = json.loads(shown("GF204", "OS-S4", "--json"))
    assert document["schema"] == "geoflow.rules/1"
    [own, theirs] = document["rules"]
    assert (own["code"], own["incose"], own["by"], own["can_be_waived"]) == ("GF204", "R9", "rule", True)
    assert (theirs["severity"], theirs["can_be_waived"]) == ("error", False)
