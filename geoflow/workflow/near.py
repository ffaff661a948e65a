"""What comes near a question that nothing answers: by words, by meaning, and from history."""

from collections.abc import Collection, Mapping, Sequence

from geoflow.errors import GeoflowError
from geoflow.questions.answer import Near
from geoflow.questions.passage import Passage
from geoflow.questions.question import Question
from geoflow.questions.retrieval import Found, fused, ranked
from geoflow.questions.terms import stems
from geoflow.workflow.ask_desk import AskDesk

_NEAR = 3
_HITS = 20
_LEAST_ALIKE = 0.5
_LEAST_OF_HISTORY = 0.5
"""How much of the question, by weight, an archived passage must hold to be named."""


def what_comes_near(
    unsaid: Sequence[tuple[str, Found]], files: Mapping[str, bytes], stored: Collection[Question], desk: AskDesk
) -> list[tuple[Near, ...]]:
    """Name for each question the passages that come nearest, best first.

    Behind them stand a question that was answered and asks something alike, and what history says of it.
    """
    if not unsaid:
        return []
    by_words = [[hit.passage for hit in ranked(found)] for _, found in unsaid]
    by_meaning = _by_meaning([question for question, _ in unsaid], files, desk)
    history = _of_history([found.terms for _, found in unsaid], desk)
    alike = [_alike(question, stored) for question, _ in unsaid]
    return [
        # What is near by meaning counts twice: by words nothing was near enough, or there would be an answer.
        (*map(_near, fused(meaning, meaning, words)[:_NEAR]), *answered, *map(_near, past))
        for words, meaning, answered, past in zip(by_words, by_meaning, alike, history, strict=True)
    ]


def _near(passage: Passage) -> Near:
    return Near(passage.path, passage.line, passage.heading, passage.source)


def _alike(question: str, stored: Collection[Question]) -> list[Near]:
    """Find the answered question that shares most words with this one, half of all that both have at the least."""
    words = stems(question)
    found = [
        (len(words & other) / len(words | other), one)
        for one in stored
        if not one.withdrawn
        and any(reply.rejected is None for reply in one.replies)
        and (other := stems(one.text)) & words
    ]
    share, best = max(found, key=lambda pair: pair[0], default=(0.0, None))
    return [Near(best.path, 1, best.text, "answer")] if best and share >= _LEAST_ALIKE else []


def _by_meaning(questions: Sequence[str], files: Mapping[str, bytes], desk: AskDesk) -> list[list[Passage]]:
    if desk.meaning is None:
        return [[] for _ in questions]
    try:
        found = desk.meaning.nearest(questions, desk.passages.everything(files), _HITS, desk.progress)
    except GeoflowError as error:
        desk.reader.notes.append(f"Nothing was looked up by meaning: {error.message}")
        return [[] for _ in questions]
    if found.left_out:
        desk.reader.notes.append(
            f"By meaning {found.looked_at:,} of {found.looked_at + found.left_out:,} passages were looked at; "
            "the next question goes on from there."
        )
    return found.nearest


def _of_history(queries: Sequence[tuple[str, ...]], desk: AskDesk) -> list[list[Passage]]:
    if desk.history is None:
        return [[] for _ in queries]
    archived = desk.documents.read("history")
    found = desk.history.search(archived, queries, _HITS) if archived else []
    return [_worth_naming(one) for one in found] or [[] for _ in queries]


def _worth_naming(found: Found) -> list[Passage]:
    hits = [hit for hit in ranked(found) if found.coverage(hit.matched) >= _LEAST_OF_HISTORY]
    return [hit.passage for hit in hits[:1]]
