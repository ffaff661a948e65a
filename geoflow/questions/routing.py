"""In which order routes are tried for a topic: learnt from which of their answers people took or refused."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geoflow.questions.question import Question, Reply, RouteName

_SECONDS: dict[RouteName, float] = {"stored": 0.01, "documents": 0.05, "model": 10.0, "agent": 30.0, "person": 3600.0}
_BEFORE: dict[RouteName, tuple[int, int]] = {
    "stored": (4, 1),
    "documents": (1, 1),
    "model": (2, 1),
    "agent": (1, 1),
    "person": (9, 1),
}
"""What is believed of a route before anybody said anything: answers taken, answers refused."""
_WRONG = 120.0
"""Seconds that a wrong answer costs the one who asked: a guess, of weight only against the seconds above."""
_ROUTE_OF: dict[str, RouteName] = {"documents": "documents", "model": "model", "agent": "agent", "person": "person"}


@dataclass(frozen=True, slots=True)
class Record:
    """How a route has done on a topic."""

    taken: int = 0
    refused: int = 0


Experience = Mapping[tuple[RouteName, str], Record]
"""What is known of each route by topic, a capability's name."""


def experience(questions: Iterable[Question]) -> Experience:
    """Gather from the question files which answers people confirmed, which they refused, by route and topic."""
    taken, refused = Counter[tuple[RouteName, str]](), Counter[tuple[RouteName, str]]()
    for question in questions:
        for reply in question.replies:
            key = (_ROUTE_OF.get(reply.kind, "person"), topic_of(question, reply))
            taken[key] += reply.confirmed is not None
            refused[key] += reply.rejected is not None
    return {key: Record(taken[key], refused[key]) for key in taken.keys() | refused.keys()}


def topic_of(question: Question, reply: Reply) -> str:
    """Name the capability that a question is about: that of its document, else of the answer's evidence."""
    paths = [question.about.path] if question.about else [one.path for one in reply.evidence]
    return next((topic for topic in map(topic_of_path, paths) if topic), "")


def topic_of_path(path: str) -> str:
    """Name the capability of a spec or delta; empty for other files."""
    parts = path.split("/")
    inside = parts[1:] if parts[1:2] == ["specs"] else parts[3:]  # a change may have the name `specs` itself
    return "/".join(inside[inside.index("specs") + 1 : -1]) if "specs" in inside else ""


def route_order(known: Experience, topic: str) -> tuple[RouteName, ...]:
    """Order the routes for a topic by what an answer that is taken is expected to cost, people always last.

    With a share p of answers taken (the mean of a Beta distribution), c seconds a question and w seconds a wrong
    answer, one that is taken costs (c + (1 - p) w) / p seconds.
    """

    def cost(route: RouteName) -> float:
        record = known.get((route, topic), Record())
        taken, refused = _BEFORE[route]
        share = (taken + record.taken) / (taken + refused + record.taken + record.refused)
        return (_SECONDS[route] + (1 - share) * _WRONG) / share

    return (*sorted((route for route in _SECONDS if route != "person"), key=cost), "person")
