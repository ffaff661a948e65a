"""Words that outcomes teach: which are dropped again and again, which are let stand, and that they are words alone."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement.induction import Drop, Judged, Objected, dropped_phrases, let_stand, ruled_out
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon, Word, folded
from geoflow.quality.tokens import tokens

WORDS = st.lists(
    st.sampled_from("the kiln SHALL not simply stop within 10 s and `--now` it all parts".split()), max_size=12
)


def drop(number: int, old: str, new: str, *quotes: str) -> Drop:
    return Drop(("a.md", f"R{number}"), old, new, quotes, (f"run{number}/e",))


def three(old: str, new: str, *quotes: str) -> list[Drop]:
    return [drop(number, old, new, *quotes) for number in range(3)]


def words(drops: list[Drop], objected: list[Objected] = [], known: ProjectLexicon = NO_WORDS) -> list[str]:  # noqa: B006
    return [one.word.text for one in ruled_out(drops, objected, known)]


def test_a_word_that_three_targets_dropped_is_learnt_with_their_edits() -> None:
    (one,) = ruled_out(three("It SHALL Simply stop.", "It SHALL stop."), [], NO_WORDS)
    assert (one.section, one.word.text, one.key) == ("judging", "simply", "judging:simply")
    assert one.word.evidence == ("run0/e", "run1/e", "run2/e")


def test_two_are_too_few_and_one_target_counts_once() -> None:
    assert words(three("It SHALL simply stop.", "It SHALL stop.")[:2]) == []
    assert words([drop(1, "It SHALL simply stop.", "It SHALL stop.")] * 5) == []


def test_what_a_rule_quoted_is_not_learnt() -> None:
    assert words(three("It SHALL gracefully stop.", "It SHALL stop.", "Gracefully")) == []


def test_a_word_that_merged_texts_keep_as_often_is_not_learnt() -> None:
    kept = [drop(number + 9, "It SHALL simply run now.", "It SHALL simply run.", "now") for number in range(3)]
    assert words([*three("It SHALL simply stop.", "It SHALL stop."), *kept]) == []


def test_what_went_with_a_number_a_literal_or_a_negation_is_no_word() -> None:
    for gone in ("within 10 s ", "`--now` ", "not ", "SHALL ", "and ", "only when it is idle and the door is shut "):
        assert dropped_phrases(f"The kiln stops {gone}here.", "The kiln stops here.") == []


def test_what_was_put_in_other_words_was_not_dropped() -> None:
    assert dropped_phrases("It SHALL simply stop.", "It SHALL instantly stop.") == []


def test_a_phrase_is_learnt_as_it_stands() -> None:
    assert words(three("It SHALL, in practice, as needed stop.", "It SHALL, in practice, stop.")) == ["needed"]
    assert words(three("It SHALL stop without further ado.", "It SHALL stop without.")) == ["further ado"]


def test_objections_of_roles_count_where_the_words_are_gone() -> None:
    gone = [Objected((f"c{number}", "R"), "in due course", f"f{number}", gone=True) for number in range(3)]
    assert words([], gone) == ["due course"]
    assert words([], [*gone[:2], replace(gone[2], gone=False)]) == []


def test_what_the_lexicon_decides_is_not_learnt_again() -> None:
    drops = three("It SHALL simply stop.", "It SHALL stop.")
    assert words(drops, known=ProjectLexicon(judging=(Word("Simply"),))) == []
    assert words(drops, known=ProjectLexicon(allowed=(Word("simply", "ours", "door"),))) == []


@given(old=WORDS, cut=st.tuples(st.integers(0, 12), st.integers(0, 4)))
def test_what_is_learnt_are_words_that_were_there_and_are_found_as_such(old: list[str], cut: tuple[int, int]) -> None:
    start, length = cut
    text, new = " ".join(old), " ".join(old[:start] + old[start + length :])
    for phrase in dropped_phrases(text, new):
        assert folded(phrase) in folded(text)
        assert {one.kind for one in tokens(phrase)} <= {"word", "free", "relation"}
        assert not set(phrase) & set("`.*[](){}\\^$|?+\n")


def judged(number: int, capability: str = "door", *, rejected: bool = True, quote: str = "flood") -> Judged:
    return Judged(f"r/{number}", capability, "GF202", quote, rejected, f"reason {number}")


def allowed(cases: list[Judged], known: ProjectLexicon = NO_WORDS) -> list[tuple[str, str, str]]:
    return [(one.word.text, one.word.within, one.word.reason) for one in let_stand(cases, known)]


def test_three_rejections_in_one_capability_allow_the_word_there() -> None:
    assert allowed([judged(number) for number in range(3)]) == [("flood", "door", "reason 2")]


def test_rejections_in_three_capabilities_allow_it_everywhere() -> None:
    assert allowed([judged(1, "a"), judged(2, "b"), judged(3, "c")]) == [("flood", "", "reason 3")]
    assert allowed([judged(1, "a"), judged(2, "b")]) == []
    assert allowed([judged(1, "a"), judged(2, "a"), judged(3, "b")]) == []


def test_one_that_was_taken_keeps_the_word_out_in_its_scope() -> None:
    cases = [*(judged(number) for number in range(3)), judged(4, rejected=False)]
    assert allowed(cases) == []
    assert allowed([*(judged(number) for number in range(3)), judged(4, "gate", rejected=False)]) == [
        ("flood", "door", "reason 2")
    ]


def test_one_slip_among_many_rejections_does_not_keep_the_word_out() -> None:
    cases = [*map(judged, range(4)), judged(4, rejected=False)]
    assert allowed(cases) == allowed(cases[:4]) != []


def test_a_word_that_a_person_ruled_out_is_not_allowed() -> None:
    assert allowed([judged(number) for number in range(3)], ProjectLexicon(judging=(Word("flood"),))) == []


def test_findings_of_form_allow_no_word() -> None:
    cases = [Judged(f"r/{number}", "door", "GF101", "must", rejected=True) for number in range(3)]
    assert allowed(cases) == []
