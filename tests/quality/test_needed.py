"""What words a pattern needs, and that looking for them first hides no match."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.openspec import read_tree
from geoflow.openspec.disk import load
from geoflow.quality.findings import documents, requirements_of
from geoflow.quality.needed import needs_of
from geoflow.quality.passages import Passage, Reading, passages
from geoflow.quality.phrases import Index, compiled, phrases, words_of
from geoflow.quality.wording import SMELLS

PHRASES = [phrase for smell in SMELLS for phrase in smell.phrases]
ROOT = Path(__file__).parents[2]


def needs(pattern: str) -> list[tuple[set[str], ...]]:
    (phrase,) = phrases(pattern)
    return [tuple(map(set, (one.either, *one.along, *one.runs))) for one in phrase.needs]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("whatnot", [({"whatnot"},)]),
        ("and so (?:on|forth)", [({"so"}, {"on", "forth"}, {"and"}, {" and so "}, {" so on ", " so forth "})]),
        ("in (?:an? )?«way|manner»", [({"way", "manner"}, {"in"})]),
        ("(?:very )*odd", [({"odd"},)]),
        ("(?:very )+odd", [({"very"}, {"odd"})]),
        ("finali[sz]e|standards?", [({"finalise", "finalize", "standard", "standards"},)]),
        ("fool-?proof", [({"foolproof"},), ({"fool"}, {"proof"}, {" fool proof "})]),
        ("what ?not", [({"whatnot"},), ({"what"}, {"not"}, {" what not "})]),
        ("crash(?:es)?", [({"crash", "crashes"},)]),
        (r"and ?/ ?or", [({"/"}, {"or"}, {"and"}, {" and or "})]),
        # Of a list of phrases each needs its own words, in a row where nothing may come between.
        ("«once more|very odd»", [({"once"}, {"more"}, {" once more "}), ({"odd"}, {"very"}, {" very odd "})]),
        ("as a (?:good )?rule", [({"rule"}, {"as"}, {"a"}, {" as a "})]),
        (r"odd \w+ rule", [({"odd"}, {"rule"})]),
        ("odd, rule", [({"odd"}, {"rule"}, {" odd rule "})]),
        (r"100 ?%", [({"%"},)]),
        # Of these no whole word is known: each is tried everywhere.
        (r"\w+like", []),
        (r"pre[a-z]+", []),
        (r"(?:odd|\w+)", []),
        (r"(?=odd)\w+", []),
        ("(?:odd)?", []),
        (r"od+s", []),
        # Nor is anything known of a pattern that is not understood.
        (r"(?i:odd)", []),
        (r"(odd)\B", []),
        (r"\x6fdd", []),
        (r"even (odd)\1", [({"even"},)]),
    ],
)
def test_the_rarest_words_of_each_alternative_are_needed(pattern: str, words: list[tuple[set[str], ...]]) -> None:
    assert needs(pattern) == words


def test_most_phrases_are_told_by_a_rare_word() -> None:
    always = [phrase.source for phrase in PHRASES if not phrase.needs]
    assert not always


def spans(reading: Reading, *, everywhere: bool) -> set[tuple[int, int, int]]:
    if everywhere:
        found = ((n, match) for n, one in enumerate(PHRASES) for match in compiled(one.source).finditer(reading.prose))
        return {(number, *match.span()) for number, match in found}
    tries = reading.worth(Index(PHRASES))
    return {
        (one.number, *match.span())
        for one in tries
        for match in one.matches(compiled(PHRASES[one.number].source), reading.prose)
    }


def readings() -> Iterator[Reading]:
    for document in documents(read_tree(load(str(ROOT), archive=False))):
        for requirement in requirements_of(document)[:3]:
            for passage in passages(requirement):
                yield Reading(passage, document.text)


def test_in_specs_as_people_write_them_no_match_is_hidden() -> None:
    index = Index(PHRASES)
    read = list(readings())
    assert len(read) > 300
    tried = 0
    for reading in read:
        likely = set(index.among(reading.words))
        tried += len(likely)
        for number, phrase in enumerate(PHRASES):
            if number not in likely:
                assert not compiled(phrase.source).search(reading.prose), (phrase.source, reading.prose)
    assert tried < len(read) * 5, "most phrases are not tried"


NEEDS = [need for phrase in PHRASES for need in phrase.needs]
WORDS = sorted({word for need in NEEDS for word in need.either.union(*need.along) if word.isalpha()})
RUNS = sorted({run.strip() for need in NEEDS for runs in need.runs for run in runs})
TEXTS = st.lists(
    st.sampled_from(RUNS)
    | st.sampled_from([*WORDS, "the", "of", "a", "tool", "SHALL", "be", ",", "/", "(", ")", "it", "is", "to"])
)


@settings(deadline=None)  # the first text compiles every pattern
@given(TEXTS.map(" ".join))
def test_in_any_words_no_match_is_hidden(text: str) -> None:
    reading = Reading(Passage("body", 0, len(text)), text)
    assert spans(reading, everywhere=False) == spans(reading, everywhere=True)


def test_a_phrase_is_found_in_each_sentence_that_holds_it() -> None:
    text = "It lists errors and so on. It is red.\n\n- a, b, and so on\n- and so on, in the end"
    reading = Reading(Passage("body", 0, len(text)), text)
    number = next(n for n, phrase in enumerate(PHRASES) if re.search(r"and\\s\+\(\?:so\)", phrase.source))
    found = [start for one, start, _ in sorted(spans(reading, everywhere=False)) if one == number]
    assert found == [match.start() for match in re.finditer("and so on", text)]


def test_what_is_hidden_in_a_pattern_is_no_need() -> None:
    assert needs_of(r"\bsee (?P<hidden>secret|`[^`]+`)\b")[0].either == frozenset({"see"})


def test_marks_count_as_words() -> None:
    assert {"/", "(", "%", "??", "..."} <= words_of("a/b (c) 100% ?? …")
    assert "-ly" in words_of("Delightfully!")
    assert "-ly" not in words_of("only a lying polyp, successfully")
