"""The lines of a document that a finding is about, with its words marked."""

from hypothesis import given
from hypothesis import strategies as st

from geoflow.cli.excerpt import excerpt
from geoflow.quality.finding import Finding


def shown(text: str, quote: str, width: int = 60) -> list[str]:
    start = text.index(quote)
    line = text.count("\n", 0, start) + 1
    finding = Finding(
        "GF201", "info", "p", line, line + quote.count("\n"), "", "", "", quote, start, start + len(quote)
    )
    return excerpt(finding, text, width)


def test_the_words_are_marked_below_their_line() -> None:
    assert shown("# Gate\n\nIt SHALL gracefully open.\n", "gracefully") == [
        "    3 | It SHALL gracefully open.",
        "      |          ^^^^^^^^^^",
    ]


def test_words_on_two_lines_are_marked_on_both_without_the_indent() -> None:
    assert shown("It SHALL open\n  as needed.\r\nMore\n", "SHALL open\n  as needed") == [
        "    1 | It SHALL open",
        "      |    ^^^^^^^^^^",
        "    2 |   as needed.",
        "      |   ^^^^^^^^^",
    ]


def test_of_many_lines_the_first_are_shown() -> None:
    assert shown("a\nb\nc\nd\n", "a\nb\nc\nd")[-3:] == ["    3 | c", "      | ^", "      | ..."]


def test_a_long_line_is_cut_around_the_words() -> None:
    lines = shown(f"{'a ' * 50}gracefully {'b ' * 50}", "gracefully", width=40)
    assert [len(line) <= 40 for line in lines] == [True, True]
    place = lines[1].index("^")
    assert lines[0][place : place + 10] == "gracefully"
    assert (lines[0][8], lines[0][-1]) == ("…", "…")


def test_wide_signs_take_two_columns_and_controls_are_spelt_out() -> None:
    assert shown("門は\x1b開 gracefully", "gracefully") == [
        "    1 | 門は\\x1b開 gracefully",
        "      |           " + " " + "^^^^^^^^^^",
    ]


def test_where_the_words_do_not_stand_there_nothing_is_shown() -> None:
    finding = Finding("GF201", "info", "p", 1, 1, "", "", "", "gone", 0, 4)
    assert excerpt(finding, "here", 80) == []
    assert excerpt(Finding("GF201", "info", "p", 1, 1, "", "", "", "", 0, 0), "here", 80) == []


@given(st.text(max_size=200), st.integers(0, 200), st.integers(1, 60), st.integers(1, 120))
def test_every_document_can_be_shown_on_lines_that_end(text: str, start: int, length: int, width: int) -> None:
    quote = text[start : start + length]
    line = text.count("\n", 0, start) + 1
    finding = Finding("GF201", "info", "p", line, line, "", "", "", quote, start, start + len(quote))
    lines = excerpt(finding, text, width)
    assert bool(lines) == bool(quote)
    assert all(line.isprintable() for line in lines)
    assert len(lines) <= 7
