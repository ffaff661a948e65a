"""Forms of arguments made simple, whatever a server sends, and which tools fit a question."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from geoflow.questions.tool import Tool, candidates, simple_form

KEYS = st.sampled_from(
    "type properties required items anyOf oneOf enum $ref pattern minimum maximum description a b".split()
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
TYPES = st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null", 5, ["string", "null"]])
SCHEMAS = st.recursive(
    LEAVES | TYPES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(KEYS, SCHEMAS, max_size=6))
def test_whatever_a_server_sends_the_form_is_a_schema_that_reaches_and_matches_nothing(schema: Any) -> None:
    form = simple_form(schema)
    if form is not None:
        Draft202012Validator.check_schema(form)
        json.dumps(form, allow_nan=False)
        assert {"$ref", "pattern", "anyOf", "oneOf"}.isdisjoint(_keywords(form))
        assert set(form["required"]) <= set(form["properties"])


def _keywords(form: Any) -> set[str]:
    found = {key for key in form if key != "properties"}
    for inner in [*form.get("properties", {}).values(), *([form["items"]] if "items" in form else [])]:
        found |= _keywords(inner)
    return found


@pytest.mark.parametrize(
    ("given_form", "wanted"),
    [
        ({"type": "string", "pattern": "(a+)+$", "format": "uri"}, {"type": "string", "maxLength": 2000}),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}], "minimum": 1}, {"type": "integer", "minimum": 1}),
        ({"type": ["null", "boolean"]}, {"type": "boolean"}),
        ({"type": "string", "enum": ["a", 5, "b"]}, {"type": "string", "enum": ["a", "b"]}),
        (
            {"type": "array", "items": {"type": "number"}},
            {"type": "array", "items": {"type": "number"}, "maxItems": 20},
        ),
    ],
)
def test_what_a_model_can_be_forced_into_is_kept(given_form: Any, wanted: Any) -> None:
    form = simple_form({"type": "object", "properties": {"a": given_form}, "required": ["a"]})
    assert form is not None
    assert form["properties"]["a"] == wanted


@pytest.mark.parametrize("odd", [{"$ref": "#/x"}, {"type": "null"}, {"type": "array"}, {}, True, None, 5])
def test_an_argument_that_cannot_be_forced_is_left_out_or_takes_the_tool_with_it(odd: Any) -> None:
    schema = {"type": "object", "properties": {"a": odd, "b": {"type": "string"}}}
    kept = simple_form(schema)
    assert kept is not None
    assert list(kept["properties"]) == ["b"]
    assert simple_form({**schema, "required": ["a"]}) is None
    assert simple_form({**schema, "required": ["c"]}) is None


def test_names_and_choices_that_are_no_words_are_left_out() -> None:
    names = ["a" * 65, "a b", "a\nb", "", "ok"]
    forms = {name: {"type": "string", "enum": ["x", "y" * 201]} for name in names}
    form = simple_form({"type": "object", "properties": forms})
    assert form is not None
    assert form["properties"] == {"ok": {"type": "string", "enum": ["x"]}}
    limits = {"type": "number", "minimum": float("nan"), "maximum": 10**400}
    form = simple_form({"type": "object", "properties": {"n": limits}})
    assert form is not None
    assert form["properties"] == {"n": {"type": "number"}}


def test_required_arguments_come_before_the_others_are_cut() -> None:
    many = {f"o{number}": {"type": "string"} for number in range(40)} | {"need": {"type": "string"}}
    form = simple_form({"type": "object", "properties": many, "required": ["need"]})
    assert form is not None
    assert (len(form["properties"]), "need" in form["properties"]) == (12, True)


def _tool(name: str, description: str, *arguments: str) -> Tool:
    form = {"properties": {one: {"type": "string"} for one in arguments}, "required": list(arguments)}
    return Tool("x", name, description, form)


TOOLS = [
    _tool("add", "Adds two numbers", "a", "b"),
    _tool("weather", "Tells the weather of a city", "city"),
    _tool("search_nodes", "Search for nodes in the knowledge graph", "query"),
    _tool("convert_time", "Convert time between timezones", "timezone"),
]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How is the weather in Paris?", "weather"),
        ("What time is it in the timezone of Tokyo?", "convert_time"),
        ("Who pays invoices?", "search_nodes"),
        ("??", "search_nodes"),
    ],
)
def test_the_tool_that_speaks_of_it_comes_first_and_else_the_one_that_looks_up(question: str, first: str) -> None:
    found = candidates(question, TOOLS)
    assert found[0].name == first
    assert len(found) == len(TOOLS)
    assert len(candidates(question, TOOLS, 2)) == 2
    assert candidates(question, []) == []
