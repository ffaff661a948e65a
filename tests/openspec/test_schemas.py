from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec.schema_file import read_schema
from geoflow.openspec.schemas import Schemas

SCHEMA = "name: n\nversion: 1\nartifacts:\n  - {{id: tasks, generates: {}, description: d, template: t.md}}\n"
MINE, THEIRS = SCHEMA.format("mine.md"), SCHEMA.format("theirs.md")
PROJECT, USER = "openspec/schemas/{}/schema.yaml", "~/openspec/schemas/{}/schema.yaml"


def artifact(name: str, *requires: str, **more: object) -> dict[str, object]:
    return {"id": name, "generates": f"{name}.md", "description": "", "template": "t", "requires": [*requires], **more}


def schema(*artifacts: Mapping[str, object], **more: object) -> dict[str, object]:
    return {"name": "n", "version": 1.0, "artifacts": [*artifacts], **more}


@pytest.mark.parametrize(
    ("paths", "tasks"),
    [
        ([PROJECT], "mine.md"),
        ([USER], "theirs.md"),
        ([PROJECT, USER], "mine.md"),
        ([USER, PROJECT], "mine.md"),
    ],
)
def test_the_projects_schema_comes_before_the_users(paths: list[str], tasks: str) -> None:
    bodies = {PROJECT: MINE, USER: THEIRS}
    found = Schemas({path.format("own"): bodies[path] for path in paths})

    own = found.get("own")
    assert own is not None
    assert own.tasks == tasks
    assert found.names == {"own", "spec-driven"}


def test_a_schema_of_the_same_name_replaces_the_one_that_is_built_in() -> None:
    replaced, broken = Schemas({USER.format("spec-driven"): MINE}), Schemas({USER.format("spec-driven"): "[]"})

    found = replaced.get("spec-driven")
    assert found is not None
    assert not found.built_in
    assert broken.get("spec-driven") is None


def test_a_path_below_a_schema_is_none() -> None:
    assert Schemas({PROJECT.format("own/deeper"): MINE, USER.format("a/b"): MINE}).names == {"spec-driven"}


def test_artifacts_may_wait_for_others_but_not_in_a_circle() -> None:
    assert read_schema("n", schema(artifact("a"), artifact("b", "a"), artifact("c", "a", "b", "b")))
    assert read_schema("n", schema(artifact("a", "c"), artifact("b", "a"), artifact("c", "b"))) is None
    assert read_schema("n", schema(artifact("a", "a"))) is None
    assert read_schema("n", schema(artifact("a", "b"))) is None
    assert read_schema("n", schema(artifact("a"), artifact("a"))) is None


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=14))
def test_a_schema_is_refused_exactly_where_an_artifact_waits_for_itself(edges: list[tuple[int, int]]) -> None:
    requires = {name: {to for start, to in edges if start == name} for name in range(9)}
    reached = {name: set(needed) for name, needed in requires.items()}
    for _ in range(9):
        reached = {name: found | {one for step in found for one in requires[step]} for name, found in reached.items()}
    cyclic = any(name in found for name, found in reached.items())

    read = read_schema("n", schema(*(artifact(str(name), *map(str, needed)) for name, needed in requires.items())))

    assert (read is None) == cyclic


def test_a_schema_has_at_most_a_thousand_artifacts() -> None:
    assert read_schema("n", schema(*(artifact(str(index)) for index in range(1000))))
    assert read_schema("n", schema(*(artifact(str(index)) for index in range(1001)))) is None
