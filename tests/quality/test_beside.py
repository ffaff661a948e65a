"""A look of which another one takes a part finds what one look finds, whoever the other one is and however far it came."""

from collections.abc import Callable

import pytest

from geoflow.openspec import read_tree
from geoflow.quality import beside as beside_module
from geoflow.quality.beside import Aside, beside
from geoflow.quality.findings import documents, find_in
from geoflow.quality.kept import Kept
from geoflow.quality.names import names_of
from geoflow.workflow.rule_findings import Rules, find_by_rule
from tests.builders import requirement, spec

FILES = {
    f"openspec/specs/part-{number}/spec.md": spec(
        requirement(
            f"Rule {number}", f"The part {number} SHALL answer quickly, see Section 7 and log its own QX{number}."
        ),
        requirement("Shared", "It SHALL be stored. It SHALL be sent, etc."),
    )
    for number in range(25)
}


def at_once(work: Callable[[], str]) -> Callable[[], str]:
    """Do the work here, as a copy of this process would do it there."""
    answer = work()
    return lambda: answer


def in_pieces(work: Callable[[], str]) -> Callable[[], str]:
    """Lose a part of the answer."""
    lines = work().split("\n")
    return lambda: "\n".join(lines[::2])


def without_answer(_: Callable[[], str]) -> Callable[[], str]:
    """Die before there is an answer."""
    return lambda: ""


def nobody(_: Callable[[], str]) -> None:
    """Have no time."""


@pytest.fixture(autouse=True)
def any_size_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_module, "_LEAST", 0)


@pytest.mark.parametrize("aside", [at_once, in_pieces, without_answer, nobody])
def test_what_is_found_does_not_depend_on_the_other_one(aside: Aside) -> None:
    tree = read_tree(FILES)
    alone = find_by_rule(Rules(kept=Kept()), tree, FILES, None)
    kept = Kept()
    together = find_by_rule(Rules(kept=kept, aside=aside), tree, FILES, None)
    assert together.findings == alone.findings
    assert find_by_rule(Rules(kept=Kept(kept.text())), tree, FILES, None).findings == alone.findings


def test_what_the_other_one_worked_out_is_not_worked_out_again() -> None:
    tree, other = read_tree(FILES), Kept()
    there = names_of(tree, other)
    other.begin_anew()
    for document in documents(tree):
        find_in(document, (), there)
    here = Kept()
    here.take(other.news())
    here.begin_anew()
    names = names_of(tree, here)
    found = [one for document in documents(tree) for one in find_in(document, (), names)]
    assert found == [one for document in documents(tree) for one in find_in(document, (), there)]
    assert here.news() == ""


def test_where_little_is_unknown_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_module, "_LEAST", 1_000_000)
    names = names_of(read_tree(FILES), Kept())
    assert beside(find_in, documents(read_tree(FILES)), names, at_once) is find_in
