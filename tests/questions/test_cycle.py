"""The state of a change and its next actor: a row a case, and that there always is exactly one of each."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.questions.cycle import (
    Actor,
    ActorKind,
    ChangeState,
    Situation,
    author_of,
    standing_of,
    waits_for_person,
)
from geoflow.questions.question import Mark, Question, Reply
from geoflow.questions.review_round import (
    Author,
    Event,
    Proposed,
    Response,
    Round,
    RoundFinding,
    Signed,
    Verdict,
    content_hash,
    finding_id,
    text_hash,
)

NOW, BEFORE = "now", "before"
FOUND = RoundFinding("f1", "error", "It says nothing of a failed login.")
OTHER = RoundFinding("f2", "warning", "It is vague.")
ASKED = Question("q", "How long?", Mark("Cursor", ""))


def signed(by: str, kind: Author = "agent", about: str = NOW) -> Signed:
    return Signed(by, kind, "2026-01-01T00:00:00Z", about)


def looked(
    verdict: Verdict, *findings: RoundFinding, role: str = "", by: str = "Cursor", kind: Author = "agent", at: str = NOW
) -> Round:
    return Round(signed(by, kind, at), verdict, role, findings)


def fixed(*findings: RoundFinding) -> Response:
    return Response(signed("Claude"), {one.id: "said so" for one in findings})


def declined(kind: Author, *findings: RoundFinding) -> Response:
    return Response(signed("Ben", kind), declined={one.id: "so it is" for one in findings})


MADE = Proposed(signed("Claude"))
ADA_AGREES = looked("approve", by="Ada", kind="person")
SECURITY_AGREES = looked("approve", role="security")
SECURITY_OBJECTS = looked("revise", FOUND, OTHER, role="security")
VALID = Situation(is_archived=False, is_valid=True, content=NOW)
AUTHOR, NOBODY = Actor("author", "Claude"), Actor("nobody")

CASES: dict[str, tuple[Situation, ChangeState, Actor]] = {
    "invalid": (replace(VALID, is_valid=False), "draft", Actor("author")),
    "invalid, of a known author": (replace(VALID, is_valid=False, events=(MADE,)), "draft", AUTHOR),
    "invalid and asked about": (replace(VALID, is_valid=False, questions=(ASKED,)), "draft", Actor("author")),
    "nobody looked": (replace(VALID, events=(MADE,)), "in review", Actor("role")),
    "an objection": (replace(VALID, events=(MADE, SECURITY_OBJECTS)), "to be revised", AUTHOR),
    "blocked": (replace(VALID, events=(MADE, looked("blocked", FOUND))), "to be revised", AUTHOR),
    "one of two answered": (replace(VALID, events=(MADE, SECURITY_OBJECTS, fixed(FOUND))), "to be revised", AUTHOR),
    "both answered": (
        replace(VALID, events=(MADE, SECURITY_OBJECTS, fixed(FOUND), fixed(OTHER))),
        "in review",
        Actor("role", "security"),
    ),
    "answered, and found again": (
        replace(VALID, events=(MADE, SECURITY_OBJECTS, fixed(FOUND, OTHER), SECURITY_OBJECTS)),
        "to be revised",
        AUTHOR,
    ),
    "two roles, both answered": (
        replace(
            VALID,
            events=(MADE, SECURITY_OBJECTS, looked("revise", OTHER, role="testing"), fixed(FOUND, OTHER)),
        ),
        "in review",
        Actor("role", "security, testing"),
    ),
    "left with a reason": (
        replace(
            VALID, events=(MADE, SECURITY_OBJECTS, Response(signed("Claude"), {"f2": "done"}, {"f1": "no figure"}))
        ),
        "to be revised",
        AUTHOR,
    ),
    "declined by a person": (
        replace(VALID, events=(MADE, SECURITY_OBJECTS, declined("person", FOUND, OTHER))),
        "in review",
        Actor("role", "security"),
    ),
    "declined by an agent": (
        replace(VALID, events=(MADE, SECURITY_OBJECTS, declined("agent", FOUND, OTHER))),
        "to be revised",
        AUTHOR,
    ),
    "an answer that no response speaks of": (
        replace(VALID, events=(MADE, SECURITY_AGREES, ADA_AGREES), has_news=True),
        "to be revised",
        AUTHOR,
    ),
    "an objection without findings": (replace(VALID, events=(MADE, looked("revise"))), "to be revised", AUTHOR),
    "the same, edited since": (
        replace(VALID, events=(MADE, looked("revise", at=BEFORE))),
        "in review",
        Actor("agent", "Cursor"),
    ),
    "the same, responded to": (
        replace(VALID, events=(MADE, looked("revise"), fixed())),
        "in review",
        Actor("agent", "Cursor"),
    ),
    "an objection, then a question": (
        replace(VALID, events=(MADE, SECURITY_OBJECTS), questions=(ASKED,)),
        "waiting for answers",
        Actor("person"),
    ),
    "questions for people": (
        replace(VALID, questions=(replace(ASKED, audience=("ada", "bob")), replace(ASKED, audience=("ada",)))),
        "waiting for answers",
        Actor("person", "ada, bob"),
    ),
    "approved by agents alone": (
        replace(VALID, events=(MADE, SECURITY_AGREES, looked("approve"))),
        "in review",
        Actor("person"),
    ),
    "the same, where people are named": (
        replace(VALID, events=(SECURITY_AGREES,), people=("ada",)),
        "in review",
        Actor("person", "ada"),
    ),
    "approved by a person alone": (replace(VALID, events=(ADA_AGREES,)), "approved", Actor("person")),
    "approved by both": (replace(VALID, events=(MADE, SECURITY_AGREES, ADA_AGREES)), "approved", Actor("person")),
    "approved, tasks open": (
        replace(VALID, events=(MADE, SECURITY_AGREES, ADA_AGREES), has_open_tasks=True),
        "approved",
        AUTHOR,
    ),
    "a person agrees, a role objects": (
        replace(VALID, events=(MADE, ADA_AGREES, SECURITY_OBJECTS)),
        "to be revised",
        AUTHOR,
    ),
    "a role agreed before an edit": (
        replace(VALID, events=(looked("approve", role="security", at=BEFORE), ADA_AGREES)),
        "in review",
        Actor("role", "security"),
    ),
    "a person agreed before an edit": (
        replace(VALID, events=(SECURITY_AGREES, looked("approve", by="Ada", kind="person", at=BEFORE))),
        "in review",
        Actor("person", "Ada"),
    ),
    "the role looks again": (
        replace(VALID, events=(MADE, SECURITY_OBJECTS, SECURITY_AGREES, ADA_AGREES)),
        "approved",
        Actor("person"),
    ),
    "an agent takes the seat that a person had": (
        replace(
            VALID, events=(MADE, looked("revise", FOUND, role="security", by="Ada", kind="person"), SECURITY_AGREES)
        ),
        "to be revised",
        AUTHOR,
    ),
    "archived, whatever else": (
        replace(VALID, is_archived=True, is_valid=False, events=(SECURITY_OBJECTS,), questions=(ASKED,)),
        "archived",
        NOBODY,
    ),
}


@pytest.mark.parametrize(("situation", "state", "actor"), CASES.values(), ids=CASES)
def test_the_state_and_who_acts_next(situation: Situation, state: ChangeState, actor: Actor) -> None:
    standing = standing_of(situation)
    assert (standing.state, standing.next) == (state, actor)


def test_every_state_and_every_actor_has_a_case() -> None:
    assert {state for _, state, _ in CASES.values()} == set(get_args(ChangeState))
    assert {actor.kind for *_, actor in CASES.values()} == set(get_args(ActorKind))


def test_findings_are_open_until_a_response_or_a_later_round_settles_them() -> None:
    events: tuple[Event, ...] = (MADE, SECURITY_OBJECTS)
    assert standing_of(replace(VALID, events=events)).findings == (FOUND, OTHER)
    assert standing_of(replace(VALID, events=(*events, fixed(FOUND)))).findings == (OTHER,)
    assert standing_of(replace(VALID, events=(*events, SECURITY_AGREES))).findings == ()
    assert standing_of(replace(VALID, events=(fixed(FOUND), *events))).findings == (FOUND, OTHER)


verdicts = st.sampled_from(get_args(Verdict))
marks = st.builds(
    Signed, st.sampled_from(["Ada", "Cursor"]), st.sampled_from(get_args(Author)), st.just(""), st.sampled_from("ab")
)
events = st.one_of(
    st.builds(Proposed, marks),
    st.builds(
        Round, marks, verdicts, st.sampled_from(["", "security"]), st.sampled_from([(), (FOUND,), (FOUND, OTHER)])
    ),
    st.builds(Response, marks, st.dictionaries(st.sampled_from(["f1", "f2", "f3"]), st.just("done"))),
)
situations = st.builds(
    Situation,
    is_archived=st.booleans(),
    is_valid=st.booleans(),
    content=st.sampled_from("ab"),
    events=st.lists(events, max_size=6).map(tuple),
    questions=st.sampled_from([(), (ASKED,), (replace(ASKED, audience=("ada",)),)]),
    people=st.sampled_from([(), ("ada",)]),
    has_open_tasks=st.booleans(),
)


@given(situations)
def test_whatever_happened_there_is_one_state_and_one_who_acts(situation: Situation) -> None:
    standing = standing_of(situation)
    assert standing.state in get_args(ChangeState)
    assert standing.next.kind in get_args(ActorKind)
    assert (standing.next.kind == "nobody") == (standing.state == "archived")
    if standing.state == "approved":
        rounds = [one for one in situation.events if isinstance(one, Round)]
        assert any(
            one.signed.kind == "person" and one.verdict == "approve" and one.signed.about == situation.content
            for one in rounds
        )
        assert rounds[-1].verdict == "approve"


@given(situations)
def test_an_agent_can_withhold_an_approval_and_never_give_a_persons(situation: Situation) -> None:
    ours = tuple(
        replace(one, signed=replace(one.signed, kind="agent", by="Cursor (over MCP)")) for one in situation.events
    )
    assert standing_of(replace(situation, events=ours)).state != "approved"
    edited = standing_of(replace(situation, content="c"))
    assert edited.state != "approved"


def test_the_author_is_who_proposed_it_or_who_responded_first() -> None:
    assert author_of(()) == ""
    assert author_of((fixed(), replace(MADE, signed=signed("Ada")))) == "Ada"
    assert author_of((SECURITY_OBJECTS, fixed())) == "Claude"


def reply(kind: Author, confirmed: Mark | None = None, rejected: Mark | None = None) -> Reply:
    return Reply("r", "6 hours", kind, "x", "", confirmed=confirmed, rejected=rejected)


@pytest.mark.parametrize(
    ("question", "waits"),
    [
        (ASKED, True),
        (replace(ASKED, withdrawn=Mark("Ada", "")), False),
        (replace(ASKED, replies=(reply("agent"),)), True),
        (replace(ASKED, replies=(reply("agent", confirmed=Mark("Ada", "")),)), False),
        (replace(ASKED, replies=(reply("person"),)), False),
        (replace(ASKED, replies=(reply("person", rejected=Mark("Bob", "")),)), True),
    ],
)
def test_a_question_waits_until_a_person_stands_behind_an_answer(question: Question, waits: bool) -> None:  # noqa: FBT001 - a column
    assert waits_for_person(question) is waits


def test_ticked_tasks_change_no_approval_but_every_other_edit_does() -> None:
    before = {"tasks.md": "- [ ] 1.1 Do it\n1. [x] Done\n", "specs/a/spec.md": "- [ ] x"}
    ticked = {**before, "tasks.md": "- [x] 1.1 Do it\n1. [X] Done\n"}
    assert content_hash(ticked) == content_hash(before)
    assert text_hash(ticked) != text_hash(before)
    for edited in (
        {**before, "tasks.md": "- [ ] 1.1 Do that\n1. [x] Done\n"},
        {**before, "specs/a/spec.md": "- [x] x"},
        {**before, "design.md": ""},
        {"tasks.md": before["tasks.md"]},
    ):
        assert content_hash(edited) != content_hash(before)
    assert content_hash({**before, "reviews/a.yaml": "event: review", "reviews/": ""}) == content_hash(before)


def test_a_finding_keeps_its_id_when_it_is_found_again() -> None:
    made = finding_id("security", "a.md", "Login", "the  user\nlogs in", "No limit.")
    assert made == finding_id("security", "a.md", "Login", "The user logs in", "no limit.")
    assert made != finding_id("testing", "a.md", "Login", "the user logs in", "No limit.")
