from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.questions.passage import Passage
from geoflow.questions.question import (
    AuthorKind,
    Evidence,
    Mark,
    PassagesOf,
    Question,
    QuestionState,
    Reply,
    best_reply,
    changed_evidence,
    content_hash,
    evidence_of,
    new_reply_id,
    stands,
    state_of,
)
from geoflow.workflow.passages_of import passages_in
from tests.builders import requirement, spec

PATH = "openspec/specs/kiln/spec.md"
ADA = Mark("Ada Example <ada@example.org>", "2026-01-01T00:00:00Z")
COOLING = requirement("Cooling", "The kiln SHALL cool for 6 hours.")
DOOR = requirement("Door", "The door SHALL lock.")


def documents(*requirements: str, path: str = PATH) -> PassagesOf:
    return passages_in({path: spec(*requirements).encode()})


def passage(heading: str, of: PassagesOf) -> Passage:
    return next(one for one in of(PATH) if one.heading == heading)


NOW = documents(COOLING, DOOR)
EDITED = documents(COOLING.replace("6 hours", "7 hours"), DOOR)
SEEN = evidence_of(passage("Cooling", NOW))


def reply(
    text: str = "6 hours", kind: AuthorKind = "model", at: str = "2026-01-01T10:00:00Z", *evidence: Evidence
) -> Reply:
    return Reply(new_reply_id("q", text, kind, at), text, kind, f"some {kind}", at, evidence)


def question(*replies: Reply) -> Question:
    return Question("q", "How long does it cool?", ADA, replies=replies)


def nothing(path: str) -> tuple[Passage, ...]:
    raise AssertionError(f"{path} need not be read")


def test_without_a_reply_it_is_open() -> None:
    assert state_of(question(), nothing) == "open"
    assert best_reply(question(), nothing) is None


def test_with_a_reply_that_stands_it_is_answered() -> None:
    given_ = reply("6 hours", "model", "2026", SEEN)
    assert state_of(question(given_), NOW) == "answered"
    assert best_reply(question(given_), NOW) == given_


def test_where_what_its_only_reply_rests_on_has_changed_it_is_stale() -> None:
    given_ = reply("6 hours", "model", "2026", SEEN)
    assert state_of(question(given_), EDITED) == "stale"
    assert best_reply(question(given_), EDITED) is None


def test_where_every_reply_was_refused_it_is_open_again() -> None:
    refused = replace(reply("6 hours", "model", "2026", SEEN), rejected=ADA)
    assert state_of(question(refused), NOW) == "open"
    assert state_of(question(refused), EDITED) == "open"


@pytest.mark.parametrize("replies", [(), (reply(),), (replace(reply(), rejected=ADA),)])
def test_what_was_withdrawn_is_withdrawn_whatever_was_answered(replies: tuple[Reply, ...]) -> None:
    assert state_of(replace(question(*replies), withdrawn=ADA), NOW) == "withdrawn"


def test_a_persons_reply_is_better_than_a_later_one_of_a_model() -> None:
    person, model = reply("7", "person", "2026-01-01"), reply("8", "model", "2026-01-02")
    for order in ((person, model), (model, person)):
        assert best_reply(question(*order), nothing) == person


def test_one_that_a_person_confirmed_counts_as_a_persons() -> None:
    confirmed = replace(reply("7", "agent", "2026-01-01"), confirmed=ADA)
    assert confirmed.is_persons
    assert best_reply(question(confirmed, reply("8", "model", "2026-01-02")), nothing) == confirmed
    assert best_reply(question(confirmed, reply("9", "person", "2026-01-02")), nothing) == reply(
        "9", "person", "2026-01-02"
    )


def test_of_several_the_latest_is_best() -> None:
    early, late = reply("7", "agent", "2026-01-01T09:00:00Z"), reply("8", "documents", "2026-01-01T10:00:00Z")
    for order in ((early, late), (late, early)):
        assert best_reply(question(*order), nothing) == late


def test_what_was_refused_is_no_persons_even_where_it_was_confirmed_before() -> None:
    refused = replace(reply("7", "person"), confirmed=ADA, rejected=ADA)
    assert not refused.is_persons
    assert best_reply(question(refused, reply("8")), nothing) == reply("8")


def test_a_stale_reply_of_a_person_gives_way_to_a_model_that_still_holds() -> None:
    person, model = reply("6", "person", "2026-01-02", SEEN), reply("7", "model", "2026-01-01")
    assert best_reply(question(person, model), NOW) == person
    assert best_reply(question(person, model), EDITED) == model


def test_a_reply_without_evidence_stands_by_itself() -> None:
    assert stands(reply(), nothing)


@pytest.mark.parametrize(
    "then",
    [
        documents(DOOR, COOLING),
        documents(requirement("New", "A new one.", ""), COOLING),
        documents(COOLING.replace("for 6 hours", "for\n  6\thours")),
        documents(COOLING.replace("\n", "\r\n")),
    ],
    ids=["moved", "pushed down", "wrapped anew", "other line endings"],
)
def test_evidence_stands_wherever_in_its_document_and_however_it_is_wrapped(then: PassagesOf) -> None:
    assert changed_evidence(reply("6", "person", "2026", SEEN), then) == ()


@pytest.mark.parametrize(
    "then",
    [
        documents(COOLING.replace("SHALL", "MAY")),
        documents(COOLING.replace("Cooling", "Chilling")),
        documents(COOLING.replace("It works", "It works well")),
        documents(DOOR),
        documents(COOLING, path="openspec/specs/oven/spec.md"),
        passages_in({}),
    ],
    ids=["word", "heading", "scenario", "removed", "moved to another document", "no document"],
)
def test_evidence_falls_where_its_document_says_it_no_more(then: PassagesOf) -> None:
    assert changed_evidence(reply("6", "person", "2026", SEEN), then) == (SEEN,)


def test_only_the_evidence_that_changed_is_listed_and_one_is_enough() -> None:
    both = reply("6", "person", "2026", SEEN, evidence_of(passage("Door", NOW)))
    assert changed_evidence(both, NOW) == ()
    assert changed_evidence(both, EDITED) == (SEEN,)
    assert not stands(both, EDITED)


def test_evidence_names_its_passage() -> None:
    assert (SEEN.path, SEEN.heading) == (PATH, "Cooling")


def test_a_question_knows_its_file() -> None:
    assert question().path == "openspec/questions/q.yaml"


@given(st.text(), st.text(alphabet=" \n\t\r", min_size=1))
def test_white_space_does_not_matter_to_a_hash(text: str, blank: str) -> None:
    assert content_hash(f"{blank}{blank.join(text.split())}{blank}") == content_hash(text)


@given(st.text(), st.text())
def test_texts_of_other_words_have_other_hashes(one: str, other: str) -> None:
    assert (content_hash(one) == content_hash(other)) == (one.split() == other.split())


def test_a_lone_surrogate_can_be_hashed() -> None:
    assert content_hash("\ud800") != content_hash("?")


def test_the_id_of_a_reply_tells_question_text_author_and_time_apart() -> None:
    ids = {new_reply_id(*values) for values in (("q", "t", "a", "1"), ("p", "t", "a", "1"), ("q", "u", "a", "1"))}
    ids |= {new_reply_id("q", "t", "b", "1"), new_reply_id("q", "t", "a", "2")}
    assert len(ids) == 5
    assert all(len(one) == 8 for one in ids)


KINDS = st.sampled_from(["person", "agent", "model", "documents", "unknown"])
TIMES = st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03"])
STALE = Evidence(PATH, "Gone", "0" * 16)
REPLIES = st.lists(
    st.builds(
        lambda kind, at, evidence, confirmed, rejected: replace(
            reply("x", kind, at, *evidence), confirmed=confirmed, rejected=rejected
        ),
        KINDS,
        TIMES,
        st.lists(st.sampled_from([SEEN, STALE]), max_size=2),
        st.sampled_from([None, ADA]),
        st.sampled_from([None, ADA]),
    ),
    max_size=5,
)


@given(REPLIES)
def test_the_best_reply_is_never_refused_or_stale_and_no_better_one_is_passed_over(replies: list[Reply]) -> None:
    best = best_reply(question(*replies), NOW)
    usable = [one for one in replies if one.rejected is None and STALE not in one.evidence]
    assert (best is None) == (not usable)
    if best is not None:
        assert best in usable
        assert all((best.is_persons, best.at) >= (one.is_persons, one.at) for one in usable)


@given(REPLIES)
def test_the_state_follows_from_the_replies(replies: list[Reply]) -> None:
    unrefused = [one for one in replies if one.rejected is None]
    expected: QuestionState = "stale" if unrefused else "open"
    if any(STALE not in one.evidence for one in unrefused):
        expected = "answered"
    assert state_of(question(*replies), NOW) == expected
