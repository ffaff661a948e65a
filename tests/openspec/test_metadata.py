import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec.flat_yaml import YamlError, _parse_any, parse_yaml
from geoflow.openspec.metadata import project_schema, read_metadata
from tests.openspec.documents import ANY_TEXT

LINES = st.lists(
    st.sampled_from(
        [
            "schema: spec-driven", "schema: 'x y'", 'goal: "a b" ', "created: 2026-01-31", "created: 2026-1-1", "goal: 12",
            "goal: a # b", "goal: a: b", "goal: [a]", "goal: on", "# c", "", "affected_areas:", "  - a", "- b", "  - 'c'",
            "skip_specs: true", "skip_specs: False", "goal: ~", "goal: -x", "goal: a-b c/d", "goal: null", "true: x",
            "goal: 'a' b", "goal:x", "goal: 1e3", "goal: a\tb", "  goal: x", "---", "goal: x y  # z",
        ]
    ),
    max_size=6,
)  # fmt: skip


@given(LINES)
def test_the_short_way_reads_what_the_whole_yaml_reads(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        whole = _parse_any(text)
    except YamlError:
        with pytest.raises(YamlError):
            parse_yaml(text)
        return
    assert parse_yaml(text) == whole


@given(ANY_TEXT)
def test_no_text_makes_metadata_fail(text: str) -> None:
    assert isinstance(read_metadata(text).problem, str)
    assert isinstance(project_schema({"openspec/config.yaml": text}), str)


def test_a_date_stays_text_and_a_quoted_truth_is_none() -> None:
    assert read_metadata("schema: a\ncreated: 2026-01-31\n").problem == ""
    found = read_metadata("schema: a\nskip_specs: 'true'\n")
    assert (found.skip_specs, found.marked) == (False, True)
    assert "skip_specs" in found.problem


def test_the_schema_of_the_project_is_read_in_any_form_and_spec_driven_is_the_default() -> None:
    def schema(text: str) -> str:
        return project_schema({"openspec/config.yaml": text})

    assert schema("") == "spec-driven"
    assert schema("context: |\n  schema: no\nschema: own\n") == "own"
    assert schema("{schema: own}") == "own"
    assert schema("schema: own\n\t: [") == "spec-driven"
    assert project_schema({"openspec/config.yml": '"schema": own'}) == "own"
