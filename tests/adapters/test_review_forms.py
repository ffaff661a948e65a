"""A review in the forms that other tools read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.github_annotations import MOST_OF_A_KIND, annotations
from geoflow.adapters.markdown_report import LONGEST, escaped, markdown
from geoflow.adapters.sarif import MOST_RESULTS, sarif
from geoflow.quality.finding import Finding, Severity

PATH = "openspec/specs/ä b/spec.md"
TEXT = "# Gate\n\nThe 🚪 SHALL gracefully open.\r\nAnd shut.\n"
SARIF_SCHEMA = Path(__file__).parents[2] / "build/sarif/sarif-2.1.0.json"
HOSTILE = "x\r\n::set-env name=A::b%0A @team #12 <img src=x> [a](b) **b** `c`\x1b[31m\u202e |\n# H"


def finding(quote: str = "gracefully", severity: Severity = "warning", **fields: Any) -> Finding:
    start = TEXT.find(quote)
    line = TEXT.count("\n", 0, max(start, 0)) + 1
    given_fields = {"code": "GF201", "message": "it judges", "fix": "say it", "requirement": "Open", **fields}
    return Finding(
        severity=severity,
        path=PATH,
        line=line,
        end_line=line,
        quote=quote,
        start=start,
        end=start + len(quote),
        **given_fields,
    )


def log(*findings: Finding, prefix: str = "") -> Any:
    return json.loads(json.dumps(sarif(findings, {PATH: TEXT}, prefix, "1.0")))


def test_a_result_of_sarif_has_its_place_in_utf_16_units() -> None:
    [run] = log(finding(), prefix="docs/")["runs"]
    [result] = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "docs/openspec/specs/%C3%A4%20b/spec.md"}
    line = TEXT.splitlines()[2]
    column = len(line[: line.index("gracefully")].encode("utf-16-le")) // 2 + 1
    assert column == line.index("gracefully") + 2
    assert place["region"] == {
        "startLine": 3,
        "endLine": 3,
        "startColumn": column,
        "endColumn": column + 10,
        "snippet": {"text": "gracefully"},
    }
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "GF201"
    assert (result["level"], result["message"]["text"]) == ("warning", "it judges Fix: say it")


def test_a_finding_without_words_of_the_document_has_its_line_alone() -> None:
    [run] = log(finding("not there"))["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "endLine": 1}


def test_a_fingerprint_outlives_moved_lines() -> None:
    moved = Finding("GF201", "warning", PATH, 90, 90, "Open", "it judges", "", "gracefully", 900, 910)
    first, second = log(finding(), moved)["runs"][0]["results"]
    assert first["partialFingerprints"] == second["partialFingerprints"]


def test_what_a_scanner_would_refuse_is_left_out_from_the_end() -> None:
    many = [finding(severity="error"), *[finding()] * MOST_RESULTS]
    results = log(*many)["runs"][0]["results"]
    assert len(results) == MOST_RESULTS
    assert results[0]["level"] == "error"


def test_sarif_is_valid_by_its_schema() -> None:
    if not SARIF_SCHEMA.is_file():
        pytest.skip("the schema of SARIF was not fetched: make sarif-schema")
    import jsonschema

    schema = json.loads(SARIF_SCHEMA.read_text("utf-8"))
    hostile = finding(message=HOSTILE, fix="", code="GF507", severity="info")
    for document in (log(), log(finding(), finding("no"), finding("And", "error"), hostile, finding(code="OS-S4"))):
        jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**log(), "version": "3"}, schema)


def test_an_annotation_names_file_and_line() -> None:
    assert annotations([finding()], "docs/") == [
        "::warning file=docs/openspec/specs/ä b/spec.md,line=3,endLine=3,title=GF201::it judges%0Afix: say it"
    ]


def test_ten_of_a_kind_are_shown_and_the_others_counted() -> None:
    lines = annotations([*[finding(severity="error")] * 12, *[finding()] * 10, *[finding(severity="info")] * 11], "")
    kinds = [line.split(" ")[0] for line in lines]
    assert [kinds.count(f"::{kind}") for kind in ("error", "warning", "notice")] == [MOST_OF_A_KIND] * 3
    assert lines[-2:] == ["2 more of the kind error are not shown.", "1 more of the kind notice are not shown."]


@given(st.text(max_size=80), st.text(max_size=20), st.sampled_from(["error", "warning", "info"]))
def test_no_text_begins_a_command_of_its_own(message: str, code: str, severity: Severity) -> None:
    hostile = Finding(code, severity, f"a{message}", 1, 1, message, message + HOSTILE, message, "", 0, 0)
    [line] = annotations([hostile], "")
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    command = re.fullmatch(r"::(error|warning|notice) file=([^,:]*),line=1,endLine=1,title=([^,:]*)::(.*)", line)
    assert command
    assert "\n" not in command[4]


def test_markdown_lists_the_findings_below_the_verdict() -> None:
    assert markdown([finding(severity="error"), finding("And")], "revise", ["looked at 1 of 2"]) == (
        "**revise**: 1 error, 1 warning, 0 notes\n\n"
        "- **error** GF201 openspec/specs/ä b/spec.md:3: it judges; fix: say it\n"
        "- **warning** GF201 openspec/specs/ä b/spec.md:4: it judges; fix: say it\n"
        "- note: looked at 1 of 2\n"
    )


def test_markdown_ends_before_a_comment_is_full() -> None:
    text = markdown([finding(message="m" * 1_000)] * 100, "revise")
    assert len(text) <= LONGEST + 100
    listed = text.count("- **warning**")
    assert text.endswith(f"- {100 - listed} more are not shown.\n")


def test_no_text_becomes_a_mark_a_tag_or_a_call() -> None:
    from markdown_it import MarkdownIt

    text = escaped(HOSTILE)
    assert MarkdownIt("gfm-like", {"linkify": False}).renderInline(text).replace("<!-- -->", "") == (
        "x ::set-env name=A::b%0A @team #12 &lt;img src=x&gt; [a](b) **b** `c` [31m | # H"
    )
    assert not re.search(r"[@#]\w", text)


@given(st.text(max_size=60))
def test_a_line_of_a_report_stays_one(text: str) -> None:
    report = markdown([finding(message=text, requirement=text, fix=text)], "revise")
    assert len(report.splitlines()) == 3
