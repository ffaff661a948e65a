import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec.flat_yaml import YamlError, _parse_any, parse_yaml
from geoflow.openspec.marks import Marks, honoured
from geoflow.openspec.metadata import project_schema, read_metadata
from geoflow.openspec.validity import folder_of, open_tree
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


def _marks(metadata: str, **more: str) -> Marks:
    files = {"openspec/changes/a/.openspec.yaml": metadata, **more}
    return honoured(folder_of(open_tree(files), "a"))


def test_a_mark_counts_only_where_the_whole_metadata_is_valid_and_its_schema_is_known() -> None:
    both = "skip_specs: true\nretire_capabilities: true\n"

    assert _marks("schema: spec-driven\n" + both) == Marks(skip_specs=True, retire=True)
    assert _marks("schema: spec-driven\n") == Marks()
    assert _marks("schema: spec-driven\nretire_capabilities: true\n") == Marks(retire=True)
    assert "no schema other" in _marks("schema: other\nretire_capabilities: true\n").retire_problem
    assert _marks("schema: other\nretire_capabilities: false\n") == Marks()
    assert "created" in _marks("schema: spec-driven\ncreated: today\n" + both).skip_problem
    assert _marks("schema: spec-driven\nretire_capabilities: 'yes'\n").skip_problem == ""
    assert _marks("schema: spec-driven\nretire_capabilities: 'yes'\n").retire_problem


def test_a_mark_in_metadata_that_is_no_yaml_is_told() -> None:
    broken = "schema: [\n"

    assert "YAML" in _marks(f"{broken}retire_capabilities: true\n").retire_problem
    assert "YAML" in _marks(f"{broken} 'skip_specs'\n : true\n").skip_problem
    assert _marks(f"{broken}# skip_specs: true\n'retire_capabilities\": true\n") == Marks()


def test_a_schema_that_cannot_be_read_takes_the_marks_away() -> None:
    found = _marks("schema: own\nretire_capabilities: true\n", **{"openspec/schemas/own/schema.yaml": "name: own\n"})
    assert found == Marks(retire_problem="the schema own cannot be read")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x: a\n : b", {"x": "a", "": "b"}),
        ("x: a\n :", {"x": "a", "": None}),
        ("x: |\n :", {"x": ":"}),
        ("x:\n  y: 1\n :", {"x": {"y": 1}, "": None}),
        ("x:\ty", {"x": "y"}),
        ("x: 1\n\t", {"x": 1}),
        ("# a\n...", None),
        ("x: !!str 1", {"x": "1"}),
        ("1: a\n0x2: b\n.5: c", {"1": "a", "2": "b", "0.5": "c"}),
    ],
)
def test_odd_yaml_is_read_as_the_npm_cli_reads_it(text: str, value: object) -> None:
    assert parse_yaml(text) == value


@pytest.mark.parametrize("text", ["x:\n\t", "x: 0x" + "f" * 400, "a\n...\nb: 1"])
def test_what_is_no_yaml_is_told(text: str) -> None:
    with pytest.raises(YamlError):
        parse_yaml(text)
