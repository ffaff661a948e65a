import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec.tree import read_tree
from geoflow.questions.passage import passages
from geoflow.questions.question import About, AuthorKind, Evidence, Mark, Question, Reply, RouteName
from geoflow.questions.routing import Record, experience, route_order, topic_of, topic_of_path

KILN = "openspec/specs/kiln/spec.md"
DOOR = "openspec/changes/lock/specs/door/spec.md"
ADA = Mark("Ada", "2026-01-01")
DEFAULT = ("stored", "model", "documents", "agent", "person")
ROUTES: tuple[RouteName, ...] = ("stored", "documents", "model", "agent", "person")


def reply(kind: AuthorKind, verdict: str = "", path: str = "") -> Reply:
    evidence = (Evidence(path, "", ""),) if path else ()
    confirmed, rejected = (ADA if verdict == name else None for name in ("confirmed", "rejected"))
    return Reply("r", "text", kind, "name", "2026", evidence, confirmed, rejected)


def asked(*replies: Reply, about: str = KILN) -> Question:
    return Question("q", "What?", ADA, About(about) if about else None, replies=replies)


def order(kind: AuthorKind, verdict: str, times: int, topic: str = "kiln") -> tuple[RouteName, ...]:
    return route_order(experience([asked(*[reply(kind, verdict)] * times)]), topic)


def test_before_anybody_said_anything_what_costs_least_is_first() -> None:
    assert route_order({}, "kiln") == DEFAULT
    assert route_order({}, "") == DEFAULT


def test_a_reply_that_nobody_judged_changes_nothing() -> None:
    assert order("model", "", 50) == DEFAULT


def test_a_route_whose_answers_were_refused_goes_back() -> None:
    assert order("model", "rejected", 1) == ("stored", "documents", "model", "agent", "person")
    assert order("model", "rejected", 9) == ("stored", "documents", "agent", "model", "person")


def test_and_only_for_that_topic() -> None:
    assert order("model", "rejected", 9, topic="door") == DEFAULT
    assert order("model", "rejected", 9, topic="") == DEFAULT


def test_a_route_whose_answers_were_confirmed_comes_forward() -> None:
    assert order("agent", "confirmed", 3) == ("stored", "agent", "model", "documents", "person")
    assert order("documents", "confirmed", 9) == ("documents", "stored", "model", "agent", "person")


def test_confirmations_make_up_for_refusals() -> None:
    both = [*[reply("model", "rejected")] * 3, *[reply("model", "confirmed")] * 20]
    assert route_order(experience([asked(*both)]), "kiln") == DEFAULT


@pytest.mark.parametrize("kind", ["person", "unknown"])
def test_people_come_last_however_good_they_are(kind: AuthorKind) -> None:
    assert order(kind, "confirmed", 1000)[-1] == "person"


def test_experience_counts_by_route_and_topic() -> None:
    known = experience(
        [
            asked(reply("model", "confirmed"), reply("model", "rejected"), reply("agent")),
            asked(reply("model", "confirmed"), about=DOOR),
            asked(reply("unknown", "rejected")),
        ]
    )
    assert known["model", "kiln"] == Record(1, 1)
    assert known["model", "door"] == Record(1, 0)
    assert known["agent", "kiln"] == Record(0, 0)
    assert known["person", "kiln"] == Record(0, 1)


def test_no_questions_give_no_experience() -> None:
    assert experience([]) == {}


def test_the_topic_is_that_of_the_document_else_of_the_evidence() -> None:
    assert topic_of(asked(about=KILN), reply("model", path=DOOR)) == "kiln"
    assert topic_of(asked(about=""), reply("model", path=DOOR)) == "door"
    assert topic_of(asked(about=""), reply("model")) == ""


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        (KILN, "kiln"),
        (DOOR, "door"),
        ("openspec/specs/deep/er/spec.md", "deep/er"),
        ("openspec/specs/specs/spec.md", "specs"),
        ("openspec/changes/specs/specs/kiln/spec.md", "kiln"),
        ("openspec/changes/specs/proposal.md", ""),
        ("openspec/changes/archive/2026-01-01-lock/specs/door/spec.md", "door"),
        ("openspec/project.md", ""),
        ("", ""),
    ],
)
def test_the_topic_of_a_path_is_its_capability(path: str, topic: str) -> None:
    assert topic_of_path(path) == topic


NAMES = st.sampled_from(["kiln", "door", "specs", "changes", "archive-x", "a"])


@given(st.lists(NAMES, min_size=1, max_size=2).map("/".join), NAMES)
def test_it_is_the_topic_that_passages_have(capability: str, change: str) -> None:
    texts = {
        f"openspec/{folder}/{capability}/spec.md": "# T\n\n## ADDED Requirements\n\n### Requirement: R\nIt SHALL.\n"
        for folder in ("specs", f"changes/{change}/specs", f"changes/archive/2026-01-01-{change}/specs")
    }
    found = passages(read_tree(texts))
    assert {topic_of_path(passage.path) for passage in found} == {passage.topic for passage in found} == {capability}


RECORDS = st.builds(Record, st.integers(0, 10**6), st.integers(0, 10**6))


@given(st.dictionaries(st.tuples(st.sampled_from(ROUTES), st.sampled_from(["kiln", "door"])), RECORDS))
def test_the_order_always_holds_each_route_once_and_people_last(known: dict[tuple[RouteName, str], Record]) -> None:
    found = route_order(known, "kiln")
    assert sorted(found) == sorted(ROUTES)
    assert found[-1] == "person"


@given(st.dictionaries(st.tuples(st.sampled_from(ROUTES), st.just("kiln")), RECORDS), st.sampled_from(ROUTES), RECORDS)
def test_a_refusal_more_never_brings_a_route_forward(
    known: dict[tuple[RouteName, str], Record], route: RouteName, record: Record
) -> None:
    before = route_order({**known, (route, "kiln"): record}, "kiln")
    after = route_order({**known, (route, "kiln"): Record(record.taken, record.refused + 1)}, "kiln")
    assert after.index(route) >= before.index(route)
