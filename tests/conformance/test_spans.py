"""Every issue has a place in its document, on our own cases and on the real trees."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from geoflow.openspec import Issue, load, validate
from geoflow.openspec.rules import START
from tests.conformance.cases import packed
from tests.conformance.mutants import drawn, tree
from tests.conformance.packing import pack
from tests.openspec.test_corpus import ARCHIVES, unpack

# What is missing has no place: a whole section, a delta, a document that nothing reads or that has no line to blame.
WITHOUT_A_PLACE = {"OS-S1", "OS-S2", "OS-C0", "OS-C2", "OS-C3", "OS-C4", "OS-C6", "OS-C7", "OS-C8", "OS-C9", "OS-D0"}
A_FOLDER = {"OS-C8", "OS-C9"}


def faults(issue: Issue, files: Mapping[str, str]) -> list[str]:
    """Say what is wrong with an issue's span."""
    if issue.rule in A_FOLDER:
        within = any(path.startswith(f"{issue.document}/") for path in files)
        return [] if within and issue.span == START else [f"{issue.document} is no folder of the tree"]
    if issue.document not in files:
        return [f"{issue.document} is no file of the tree"]
    text = files[issue.document].removeprefix("\ufeff").replace("\r\n", "\n")
    # In a task file a lone carriage return ends no line.
    lines = (text if issue.rule.startswith("OS-T") else text.replace("\r", "\n")).split("\n")
    line, column, end_line, end_column = issue.span
    if not 1 <= line <= end_line <= len(lines):
        return [f"lines {line} to {end_line} of {len(lines)}"]
    if not (1 <= column <= len(lines[line - 1]) + 1 and 1 <= end_column <= len(lines[end_line - 1]) + 1):
        return [f"columns {column} to {end_column}"]
    if issue.rule not in WITHOUT_A_PLACE and (line, column) >= (end_line, end_column):
        return [f"nothing between {line}:{column} and {end_line}:{end_column}"]
    return []


def wrong_spans(files: Mapping[str, str]) -> list[tuple[Issue, list[str]]]:
    issues = [issue for report in validate(files) for issue in report.issues]
    assert issues
    return [(issue, found) for issue in issues if (found := faults(issue, files))]


def test_every_issue_of_our_cases_has_a_span_that_holds_something() -> None:
    assert wrong_spans(packed()) == []


@pytest.mark.parametrize("number", range(5))
def test_every_issue_of_a_random_tree_has_a_span_that_holds_something(number: int) -> None:
    assert wrong_spans(pack(drawn(tree, 100, number), None)) == []


@pytest.mark.corpus
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name)
def test_every_issue_of_a_real_tree_has_a_span_that_holds_something(archive: Path, tmp_path: Path) -> None:
    assert wrong_spans(load(str(unpack(archive, tmp_path)), archive=False)) == []
