"""What the shell offers for a value: quick, and silent whatever is wrong, since it runs while somebody types."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

_MOST = 200
"""Values that are offered: more than that nobody reads."""


def _quietly(listed: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Make a completer of what lists values: those that begin with what is typed, and none where anything fails."""

    def complete(incomplete: str) -> list[str]:
        found: list[str] = []
        with suppress(Exception):  # whatever it is, a half-typed line is no place to tell it
            for one in listed():
                if one.startswith(incomplete) and one.isprintable() and not one.startswith("-"):
                    found.append(one)
                if len(found) == _MOST:
                    break
        return found

    return complete


def _root() -> str:
    from geoflow.openspec.disk import find_root

    return find_root(os.getcwd()) or ""  # noqa: PTH109 - pathlib costs more than it gives here


def _folders(place: str) -> Iterator[str]:
    root = _root()
    if root:
        with os.scandir(os.path.join(root, "openspec", place)) as entries:  # noqa: PTH118
            yield from sorted(one.name for one in entries if one.is_dir() and one.name[:1] != ".")


def _changes() -> list[str]:
    return [name for name in _folders("changes") if name != "archive"]


def _items() -> list[str]:
    with suppress(OSError):
        return sorted({*_changes(), *_folders("specs")})
    return list(_folders("specs"))


def _measures() -> list[str]:
    from geoflow.metrics.measure import BY_NAME

    return list(BY_NAME)


def _settings() -> list[str]:
    from geoflow.adapters.setting_list import MEANINGS

    return list(MEANINGS)


def _roles() -> list[str]:
    from geoflow.quality.roles import NAMES

    return [*NAMES, "all"]


def _rules() -> list[str]:
    from geoflow.quality.rules import RULES

    return list(RULES)


def _runs() -> list[str]:
    from geoflow.adapters.git_quick import refs_below

    return sorted(refs_below(_root(), "refs/geoflow/runs/"), reverse=True)


def _items_and_runs() -> Iterator[str]:
    yield from _items()
    yield from _runs()


def _questions() -> list[str]:
    with os.scandir(os.path.join(_root(), "openspec", "questions")) as entries:  # noqa: PTH118
        return sorted(one.name.removesuffix(".yaml") for one in entries if one.name.endswith(".yaml"))


def _targets() -> Iterator[str]:
    for listed in (_changes, _questions, _runs):
        with suppress(OSError):
            yield from listed()


complete_change = _quietly(_changes)
complete_capability = _quietly(lambda: _folders("specs"))
complete_item = _quietly(_items)
complete_measure = _quietly(_measures)
complete_setting = _quietly(_settings)
complete_run = _quietly(_runs)
complete_question = _quietly(_questions)
complete_item_or_run = _quietly(_items_and_runs)
complete_target = _quietly(_targets)
_one_role = _quietly(_roles)
_one_rule = _quietly(_rules)


def complete_roles(incomplete: str) -> list[str]:
    """Offer roles, also behind a comma."""
    return _behind_comma(_one_role, incomplete)


def complete_value(args: list[str], incomplete: str) -> list[str]:
    """Offer what the setting that stands before it may be: rules for rules.off, the words of a closed list."""
    name = next((word for word in reversed(args) if "." in word), "")
    if name == "rules.off":
        return _behind_comma(_one_rule, incomplete)
    return _quietly(lambda: _choices(name))(incomplete)


def _choices(name: str) -> list[str]:
    from dataclasses import fields
    from typing import get_args

    from geoflow.adapters.setting_values import SECTIONS

    section, _, key = name.partition(".")
    kind = next(field.type for field in fields(SECTIONS[section]) if field.name == key)
    return ["true", "false"] if kind is bool else [str(one) for one in get_args(kind) if isinstance(one, str)]


def _behind_comma(complete: Callable[[str], list[str]], incomplete: str) -> list[str]:
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{one}" for one in complete(last)]
