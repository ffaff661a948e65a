"""The order of items, which the npm CLI leaves to the language of its platform."""

import itertools

import pytest

from geoflow.openspec.collate import collation_key
from tests.conformance.driver import ask

pytestmark = pytest.mark.npm
PARTS = [
    *"_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$ 09azAZ",
    *"éÉèüßæøłđçñåŒ–—…«»“’¿¡·§¶†•°©×÷±€£¥¢→★😀α Ω я Ж й א ب 名 あ ア 한 ① ½ ™ ﬁ ª ２ ａ ",
    "e\u0301", "a\u0308b", "\u200b", "\ufeff", "ij", "ss", "ae",
]  # fmt: skip


def backwards(names: list[str], levels: int) -> list[tuple[str, str]]:
    """Let the npm CLI sort names, and select the neighbours that geoflow would have the other way round."""
    (sorted_names,) = ask([{"ask": "sort", "names": names}])
    assert len(sorted_names) == len(names)
    pairs = itertools.pairwise(sorted_names)
    return [(one, other) for one, other in pairs if collation_key(one)[:levels] > collation_key(other)[:levels]]


def test_names_are_sorted_by_their_letters_as_the_npm_cli_sorts_them() -> None:
    assert backwards([f"{one}{other}x" for one, other in itertools.product(PARTS, ["", *PARTS])], 1) == []


def test_equal_letters_are_told_apart_by_accent_and_case_as_the_npm_cli_does() -> None:
    assert backwards([f"{part}x" for part in PARTS if part != "ａ"], 3) == []
    assert backwards(["".join(name) for name in itertools.product("aAbBéÈe", repeat=3)], 2) == []
    assert backwards(["".join(name) for name in itertools.product("aAbB-_1", repeat=4)], 3) == []
