"""A tree that is read with what is kept of its documents is the tree that is parsed anew."""

import pickle
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from geoflow.openspec import Delta, Requirement, Spec, read_tree
from geoflow.openspec.later import LaterScenarios
from geoflow.openspec.parser import parse_delta, parse_spec
from geoflow.quality.kept import Kept
from geoflow.quality.parsed import read_again
from tests.builders import requirement, spec
from tests.openspec.documents import ANY_TEXT, DOCUMENTS

MAIN, CHANGE = "openspec/specs/a/spec.md", "openspec/changes/c/specs/a/spec.md"
HEADS = {MAIN: "## Purpose\nWhy.\n\n## Requirements\n", CHANGE: "## ADDED Requirements\n"}
IN_SECTION = DOCUMENTS.map(lambda text: "## Requirements\n### Requirement: A\n" + text)


def shape(document: Spec | Delta, one: Requirement) -> Any:
    """Give how a requirement was read, wherever it stands."""
    start = one.start
    scenarios = [
        (it.name, it.start - start, it.end - start, [(*step[:2], step.start - start) for step in it.steps])
        for it in one.scenarios
    ]
    return one.name, one.text, one.body_start - start, one.body_end - start, one.end - start, scenarios


@given(st.one_of(ANY_TEXT, IN_SECTION), st.one_of(ANY_TEXT, DOCUMENTS.map(lambda text: HEADS[CHANGE] + text)))
@example(
    "\ufeff" + HEADS[MAIN] + "### Requirement: A\r\n**P**: x\r\n```\r\n#### no\r\n```\r\n##### Deep\r\n- THEN x", ""
)
def test_the_tree_is_the_one_that_is_parsed_anew(main: str, delta: str) -> None:
    files = {MAIN: main, CHANGE: delta}
    kept = Kept()
    assert read_again(files, kept) == read_tree(files)

    again = Kept(kept.text())
    tree = read_again(files, again)
    assert tree == read_tree(files)
    assert again.text() == "", "nothing was parsed that had to be kept"
    assert pickle.loads(pickle.dumps(tree)) == tree  # noqa: S301 (our own bytes)


@given(st.lists(st.one_of(DOCUMENTS, IN_SECTION), min_size=1, max_size=4), DOCUMENTS)
def test_requirements_with_one_key_are_read_alike(texts: list[str], block: str) -> None:
    read: dict[str, Any] = {}
    kept = Kept()
    for text in texts:
        body = f"### Requirement: A\n{block}\n{text}"
        main = parse_spec("a", MAIN, HEADS[MAIN] + body)
        delta = parse_delta("a", CHANGE, HEADS[CHANGE] + body)
        for document, several in ((main, main.requirements), (delta, delta.added)):
            for one in several:
                found = shape(document, one)
                assert read.setdefault(kept.of_requirement(document, one), found) == found


def test_a_spec_reads_deeper_headings_as_scenarios_and_a_delta_does_not() -> None:
    body = "### Requirement: A\nIt SHALL work.\n\n##### Deep\n- **THEN** it works\n"
    main, delta = parse_spec("a", MAIN, HEADS[MAIN] + body), parse_delta("a", CHANGE, HEADS[CHANGE] + body)
    assert [len(one.scenarios) for one in (*main.requirements, *delta.added)] == [1, 0]
    kept = Kept()
    assert kept.of_requirement(main, main.requirements[0]) != kept.of_requirement(delta, delta.added[0])


def test_scenarios_are_read_once_and_only_when_somebody_asks() -> None:
    (scenario,) = parse_spec("a", MAIN, spec(requirement("A", "It SHALL work."))).requirements[0].scenarios
    asked = []

    def read() -> tuple[Any, ...]:
        asked.append(1)
        return (scenario,)

    later = LaterScenarios(read)
    assert asked == []
    assert (list(later), len(later), later[0], later[:1], later == (scenario,)) == (
        [scenario],
        1,
        scenario,
        (scenario,),
        True,
    )
    assert hash(later) == hash((scenario,))
    assert asked == [1]


def test_what_is_kept_of_a_document_leaves_out_what_its_text_says() -> None:
    text = spec(requirement("A", "The text of the requirement SHALL NOT be kept again."))
    kept = Kept()
    read_again({MAIN: text}, kept)
    assert "SHALL NOT be kept" not in kept.text()
