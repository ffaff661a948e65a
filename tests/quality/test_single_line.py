import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.quality.single_line import single_line

HOSTILE = st.text(
    alphabet=st.sampled_from("ab \n\r\t#-*+`~<>!/[]()|=_1.:\\\u2028\u0085\u200b\x00\x1b😀é"), max_size=120
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\r\n c", "a b c"),
        ("### Requirement: Cooling", "Requirement: Cooling"),
        ("- a point", "a point"),
        ("1. first", "first"),
        ("- 2) - # deep", "deep"),
        ("a <!-- hidden --> b", "a hidden b"),
        ("<script>x</script>", "script>x/script>"),
        ("fewer than 5 < 6", "fewer than 5 < 6"),
        ("[a](http://b)", "[a] (http://b)"),
        ("use `kiln` now", "use `kiln` now"),
        ("use `kiln now", "use kiln now"),
        ("```python", "python"),
        ("**WHEN** hot", "WHEN hot"),
        ("name ##", "name"),
        ("a\u2028b\x00c\u200bd", "a bcd"),
        ("", ""),
        ("###", ""),
        ("10 s", "10 s"),
    ],
)
def test_text_becomes_part_of_one_line(text: str, line: str) -> None:
    assert single_line(text, 100) == line


def test_a_long_text_is_cut_between_words() -> None:
    assert single_line("cooling takes time", 12) == "cooling…"


@given(HOSTILE, st.integers(1, 60))
def test_nothing_gets_out_of_the_line(text: str, limit: int) -> None:
    line = single_line(text, limit)
    assert len(line.encode("utf-16-le")) // 2 <= limit
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert line.isprintable() or line == ""
    assert not line.startswith(("#", "-", "*", "+", ">", "=", "|", "~"))
    assert "<!--" not in line
    assert "-->" not in line
    assert "```" not in line
    assert line.count("`") % 2 == 0


@given(HOSTILE)
def test_a_line_that_was_made_safe_stays_as_it_is(text: str) -> None:
    once = single_line(text, 100)
    assert single_line(once, 100) == once
