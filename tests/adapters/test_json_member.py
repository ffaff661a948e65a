"""One member put into the text of a JSON document."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.json_member import with_member
from geoflow.errors import GeoflowError

PATH = ("mcpServers", "geoflow")
ENTRY = {"command": "geoflow", "args": ["mcp"]}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
servers = st.dictionaries(texts.filter(lambda name: name != "geoflow"), values, max_size=3)


def _plainly(document: Any, indent: int | str | None) -> str:
    return json.dumps(document, indent=indent, ensure_ascii=False)


@given(
    st.dictionaries(texts.filter(lambda name: name != "mcpServers"), values, max_size=3),
    st.none() | servers,
    st.sampled_from([None, 0, 1, 2, 4, "\t"]),
    st.sampled_from([json.dumps, _plainly]),
)
def test_everything_else_stays_to_the_letter(
    others: dict[str, Any], listed: dict[str, Any] | None, indent: int | str | None, dump: Callable[..., str]
) -> None:
    document = others if listed is None else {**others, "mcpServers": listed}
    text = dump(document, indent=indent) + "\n"
    new = with_member(text, PATH, ENTRY)
    wanted = {**document, "mcpServers": {**(listed or {}), "geoflow": ENTRY}}
    assert json.loads(new) == wanted
    assert [*json.loads(new)] == [*wanted]
    assert _without_space(text) == _without_space(_cut_out(new, listed))


def _cut_out(new: str, listed: dict[str, Any] | None) -> str:
    member = (
        json.dumps({"geoflow": ENTRY})[1:-1]
        if listed is not None
        else json.dumps({"mcpServers": {"geoflow": ENTRY}})[1:-1]
    )
    flat = _without_space(new)
    wanted = _without_space(member)
    place = flat.rindex(wanted)
    start = place - 1 if flat[place - 1] == "," else place
    return flat[:start] + flat[place + len(wanted) :]


def _without_space(text: str) -> str:
    # Space inside a string counts, so it is the text between strings alone that loses it.
    parts = text.replace("\\\\", "\0\0").replace('\\"', "\0\1").split('"')
    return '"'.join("".join(part.split()) if place % 2 == 0 else part for place, part in enumerate(parts))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", '{\n  "a": {\n    "b": 1\n  }\n}\n'),
        ("\ufeff\n", '{\n  "a": {\n    "b": 1\n  }\n}\n'),
        ("{}", '{\n  "a": {\n    "b": 1\n  }\n}'),
        ('{"a": {}}', '{"a": {\n    "b": 1\n  }}'),
        ('{"a": {"c": [1, 2]}}', '{"a": {"c": [1, 2],\n    "b": 1\n  }}'),
        ('{\n\t"a": {\n\t\t"c": {"d": "}"}\n\t}\n}\n', '{\n\t"a": {\n\t\t"c": {"d": "}"},\n\t\t"b": 1\n\t}\n}\n'),
        ('{\r\n    "x": 1\r\n}\r\n', '{\r\n    "x": 1,\r\n    "a": {\r\n        "b": 1\r\n    }\r\n}\r\n'),
        ('\ufeff{"x": 1e5}', '\ufeff{"x": 1e5,\n  "a": {\n    "b": 1\n  }\n}'),
        ('{"c": {"a": {}}, "a": {}}', '{"c": {"a": {}}, "a": {\n    "b": 1\n  }}'),
        ('[{"a": {}}]'[1:-1], '{"a": {\n    "b": 1\n  }}'),
    ],
)
def test_it_takes_the_look_of_what_is_there(old: str, new: str) -> None:
    assert with_member(old, ("a", "b"), 1) == new


def test_of_a_key_that_stands_twice_the_one_that_counts_gets_it() -> None:
    text = '{"a": {"c": 1}, "a": {"d": 2}}'
    assert with_member(text, ("a", "b"), 1) == '{"a": {"c": 1}, "a": {"d": 2,\n    "b": 1\n  }}'


@pytest.mark.parametrize("text", ['{"a": {"c": 1}, "a": 5}', "[]", "5", '{"a": [{}]}'])
def test_where_no_object_stands_nothing_is_added(text: str) -> None:
    with pytest.raises(GeoflowError) as failure:
        with_member(text, ("a", "b"), 1)
    assert failure.value.code == "json-unwritable"
