"""The files of what was learnt: what stood there stays, and what is added is read back as it was."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.adapters.learnt_files import LearntFiles
from geoflow.adapters.lessons_file import LESSONS_FILE
from geoflow.adapters.lexicon_file import LEXICON_FILE
from geoflow.errors import GeoflowError
from geoflow.improvement.induction import LearntWord
from geoflow.improvement.lesson import Lesson, Lessons, Use, standing, used
from geoflow.quality.project_lexicon import Word

PLAIN = st.text("abcdefghij 'ä\"#:-{}[],&*!|>%@`?", min_size=1, max_size=40).map(
    lambda text: f"w{' '.join(text.split())}w"
)
LEXICONS = [
    "",
    "# only a comment\n",
    "judging:\n  - zesty   # why\n\n# between\nterms:\n  user account: [login]\n",
    "judging: [zesty, {word: at once, reason: nobody knows when}]\nallowed:\n- {word: flood, reason: ours}\n",
    "allowed:\n    - {word: flood, reason: ours}\n",
    "judging:\r\n  - zesty\r\n",
]


@pytest.mark.parametrize("text", LEXICONS)
def test_a_word_is_added_and_what_stood_there_stays(text: str) -> None:
    files = LearntFiles()
    before = files.lexicon({LEXICON_FILE: text})
    word = Word("simply", "dropped 3 times", "", ("run/a", "run/b"))
    path, after = files.add_word({LEXICON_FILE: text}, LearntWord("judging", word))
    found = files.lexicon({path: after})
    assert found == before._replace(judging=(*before.judging, word))
    assert all(line.strip() in after for line in text.splitlines() if "#" in line)
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in text else 0)


@settings(deadline=None, max_examples=40)
@given(text=PLAIN, reason=PLAIN, within=st.sampled_from(["", "door", "a/b"]))
def test_any_word_comes_back_as_it_was(text: str, reason: str, within: str) -> None:
    files, word = LearntFiles(), Word(text, reason, within, ("r/1",))
    path, after = files.add_word({}, LearntWord("allowed", word))
    assert files.lexicon({path: after}).allowed == (word,)


LESSONS = st.builds(
    Lesson,
    id=st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    text=PLAIN,
    code=st.sampled_from(["GF201", "OS-S15"]),
    strategy=st.sampled_from(["", "minimal-span"]),
    advice=st.sampled_from(["do", "don't"]),
    support=st.lists(st.just("run/a"), max_size=3).map(tuple),
    helped=st.integers(0, 99),
    harmed=st.integers(0, 99),
    state=st.sampled_from(["candidate", "active", "retired"]),
    expires=st.dates(date(2020, 1, 1), date(2090, 1, 1)),
    reason=st.one_of(st.just(""), PLAIN),
)


@settings(deadline=None, max_examples=40)
@given(records=st.lists(LESSONS, min_size=1, max_size=4))
def test_records_are_only_added_and_come_back_as_they_were(records: list[Lesson]) -> None:
    files, text = LearntFiles(), ""
    for one in records:
        path, after = files.add_lesson({LESSONS_FILE: text}, one)
        assert path == LESSONS_FILE
        assert after.startswith(text)
        text = after
    assert files.lessons({LESSONS_FILE: text}) == tuple(records)


@pytest.mark.parametrize(
    "text",
    [
        "judging:\n  - {word: a, in: door}\n",
        "judging:\n  - {word: a, evidence: b}\n",
        "allowed:\n  - {word: a, in: b}\n",
    ],
)
def test_an_entry_that_is_wrong_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(GeoflowError, match=r"lexicon\.yaml:2 ") as caught:
        LearntFiles().lexicon({LEXICON_FILE: text})
    assert caught.value.code == "lexicon-invalid"


TODAY = date(2026, 11, 27)


def lesson(name: str, code: str = "GF201", strategy: str = "", helped: int = 2, **other: object) -> Lesson:
    expires = other.get("expires", date(2027, 1, 26))
    assert isinstance(expires, date)
    return Lesson(name, f"text {name}", code, strategy, "do", (), helped, 0, "active", expires)


def test_the_nearest_lesson_is_of_the_strategy_then_of_the_rule() -> None:
    found = Lessons([lesson("a", helped=9), lesson("b", strategy="reword"), lesson("c", "GF202")], {}, TODAY)
    assert [(one.id if one else "") for one in (found.nearest("GF201", "reword"), found.nearest("GF201", "x"))] == [
        "b",
        "a",
    ]
    assert found.nearest("GF203", "reword") is None


def test_a_lesson_ends_where_it_harms_or_is_not_used_and_a_use_keeps_it() -> None:
    old = lesson("old", expires=date(2026, 11, 1))
    assert Lessons([old], {}, TODAY).nearest("GF201", "") is None
    assert Lessons([old], {"old": Use(1, 0, date(2026, 10, 20))}, TODAY).nearest("GF201", "") == old
    harmed = used([("old", "rejected", TODAY)] * 3 + [("other", "merged", TODAY)])
    assert Lessons([lesson("old")], harmed, TODAY).ending[0].state == "retired"
    assert Lessons([lesson("old", helped=3)], harmed, TODAY).ending == []


def test_the_last_record_of_an_id_counts() -> None:
    ended = Lesson("a", "t", "GF201", "", "do", (), 2, 0, "retired", TODAY, "why")
    assert standing([lesson("a"), lesson("b"), ended]) == [ended, lesson("b")]
