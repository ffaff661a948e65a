"""Findings, set quality and readability of small trees."""

import pytest

from geoflow.metrics.measure import ASKED
from geoflow.metrics.quality_figures import quality_figures
from geoflow.metrics.reading import estimated_syllables, reading_figures
from geoflow.openspec import read_tree
from geoflow.quality.finding import Finding, Severity
from tests.builders import requirement, spec

A = "openspec/specs/a/spec.md"


def finding(code: str, severity: Severity = "warning") -> Finding:
    return Finding(code, severity, "p", 1, 1, "r", "m", "f", "q", 0, 1)


def test_quality_counts_smells_against_the_requirements_that_were_judged() -> None:
    files = {
        A: spec(requirement("One", "It SHALL.")),
        "openspec/changes/c/specs/a/spec.md": "## ADDED Requirements\n" + requirement("Two", "It SHALL."),
    }
    findings = [finding("GF201"), finding("GF211"), finding("GF111", "error"), finding("OS-S10", "info")]
    values = quality_figures(read_tree(files), findings, [finding("GF204")])
    assert values["quality.findings"] == 4
    assert (values["quality.errors"], values["quality.warnings"], values["quality.waived"]) == (1, 2, 1)
    assert values["quality.smell_density"] == 100


def test_the_set_is_judged_by_what_lies_between_documents() -> None:
    codes = ("GF311", "GF315", "GF312", "GF316", "GF218", "GF215", "GF314", "GF301", "GF302", "GF303", "GF313")
    values = quality_figures(read_tree({}), [finding(code) for code in codes])
    assert [values[f"set.{name}"] for name in ("duplicates", "conflicts", "dangling_references")] == [2, 3, 2]
    assert (values["set.delta_collisions"], values["set.terms"]) == (3, 1)


def test_placeholders_count_in_prose_and_not_in_code_or_other_words() -> None:
    text = spec(requirement("One", "It SHALL wait TBD seconds.\n\n`TODO` and TODOs are none."), purpose="TBD - later.")
    assert quality_figures(read_tree({A: text}), [])["quality.placeholders"] == 2


def test_all_are_there_for_a_tree_with_a_requirement_and_no_shares_of_nothing() -> None:
    assert tuple(quality_figures(read_tree({A: spec(requirement("One", "It SHALL work."))}), [])) == ASKED
    absent = set(ASKED) - quality_figures(read_tree({}), []).keys()
    assert absent == {"quality.smell_density", "readability.sentence_words", "readability.grade"}


def test_the_grade_is_that_of_the_published_formula() -> None:
    # 2 sentences, 12 words, 15 syllables: 0.39 * 6 + 11.8 * 15/12 - 15.59
    found = reading_figures(["The cat sat on the wide mat. It saw a yellow canary."])
    assert found["readability.sentence_words"] == 6
    assert round(found["readability.grade"], 2) == 1.5


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("yellow", 2),
        ("canary", 3),
        ("wide", 1),
        ("table", 2),
        ("free", 1),
        ("specification", 5),
        ("rhythm", 1),
    ],
)
def test_syllables_are_runs_of_vowels_without_a_silent_e(word: str, count: int) -> None:
    assert estimated_syllables(word) == count


def test_code_and_lists_are_no_long_sentences() -> None:
    found = reading_figures(["It takes:\n- a name\n- `a.very.long.identifier_of(something)` as a key\n"])
    assert found["readability.sentence_words"] < 4
    assert reading_figures([]) == reading_figures(["`x`"]) == {}
