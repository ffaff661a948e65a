"""Explain: for each learner what it has learnt, from which outcomes, and what that changes."""

from collections.abc import Sequence
from typing import Any

from geoflow.improvement.induction import LearntWord
from geoflow.improvement.lesson import Lessons, Use
from geoflow.ports import LearntFiles
from geoflow.settings import LEARNERS
from geoflow.workflow.learn import words_due
from geoflow.workflow.outcomes import Past
from geoflow.workflow.past_cases import learn, stored_texts


def explained(past: Past, stored: LearntFiles, switches: Sequence[str]) -> dict[str, Any]:
    """Give what was learnt as scripts see it (`geoflow.learning/1`); no model is asked.

    Raises:
        GeoflowError: `lexicon-invalid`, `lessons-invalid`.
    """
    on = {name for name in LEARNERS if name in switches}
    learning = learn(past, "", switches, stored)
    files = stored_texts(past)
    return learning.document() | {
        "induction": {"on": "induction" in on} | _words(past, stored, is_on="induction" in on),
        "lessons": {"on": "lessons" in on, "lessons": _lessons(learning.lessons)},
        "prompts": {"on": "prompts" in on, "own": sorted(path for path in files if "/prompts/" in path)},
    }


def _words(past: Past, stored: LearntFiles, *, is_on: bool) -> dict[str, Any]:
    lexicon = stored.lexicon(stored_texts(past))
    standing = [LearntWord("judging", word) for word in lexicon.judging if word.evidence]
    standing += [LearntWord("allowed", word) for word in lexicon.allowed if word.evidence]
    due = words_due(past, stored) if is_on else []
    return {"words": list(map(_word, standing)), "due": list(map(_word, due))}


def _word(learnt: LearntWord) -> dict[str, Any]:
    word = learnt.word
    shown = {"section": learnt.section, "word": word.text, "in": word.within, "reason": word.reason}
    return shown | {"evidence": list(word.evidence)}


def _lessons(lessons: Lessons) -> list[dict[str, Any]]:
    ended = {one.id: one.reason for one in lessons.ending}
    rows = []
    for one in lessons.all:
        use = lessons.uses.get(one.id, Use())
        state = "retired" if one.id in ended else one.state
        rows.append(
            {"id": one.id, "text": one.text, "code": one.code, "strategy": one.strategy, "state": state}
            | {"reason": ended.get(one.id, one.reason), "support": list(one.support)}
            | {"replay": {"won": one.helped, "lost": one.harmed}, "helped": use.helped, "harmed": use.harmed}
        )
    return rows
