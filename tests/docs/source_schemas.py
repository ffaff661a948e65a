"""What the source says of JSON documents: the names of all schemas, and fields that stand beside such a name."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "geoflow"
_NAME = re.compile(r"geoflow\.[a-z][a-z-]*/\d+")


def schema_names() -> list[str]:
    """List every schema that the source names as a text of its own."""
    return sorted({value for tree in _trees() for value in _texts(tree) if _NAME.fullmatch(value)})


@lru_cache(maxsize=1)
def _trees() -> tuple[ast.Module, ...]:
    """Read the modules that name a schema at all."""
    texts = (file.read_text("utf-8") for file in sorted(SOURCE.rglob("*.py")))
    return tuple(ast.parse(text) for text in texts if _NAME.search(text))


def _texts(tree: ast.AST) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def fields_beside(schema: str) -> list[str]:
    """List the fields that are written beside a schema's name; those that are put in elsewhere are not seen."""
    found: dict[str, None] = {}
    for tree in _trees():
        constants = set(_constants(tree, schema))
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict) and any(_is(value, schema, constants) for value in node.values):
                keys = (key.value for key in node.keys if isinstance(key, ast.Constant))
                found.update((str(key), None) for key in keys)
    return list(found)


def _constants(tree: ast.Module, schema: str) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value == schema:
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _is(value: ast.expr, schema: str, constants: set[str]) -> bool:
    if isinstance(value, ast.Constant):
        return bool(value.value == schema)
    return isinstance(value, ast.Name) and value.id in constants
