import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.questions.passage import Passage
from geoflow.questions.retrieval import Found, Hit, fused, ranked


def passage(name: str) -> Passage:
    return Passage("openspec/specs/kiln/spec.md", 1, 1, name, name, "spec", "kiln")


A, B, C, D, E = map(passage, "ABCDE")


def test_what_both_rankings_hold_stands_before_what_one_holds() -> None:
    assert fused([A, B, C], [D, E, C]) == [C, A, D, B, E]


def test_what_stands_higher_in_both_stands_higher() -> None:
    assert fused([B, A, C], [B, C, A])[0] == B
    assert fused([A, B, C], [D, A, B])[:2] == [A, B]


def test_ties_stay_in_the_order_they_came() -> None:
    assert fused([A, B], [B, A]) == [A, B]
    assert fused([B], [A], [C]) == [B, A, C]


def test_one_ranking_stays_as_it_is() -> None:
    assert fused([C, A, B]) == [C, A, B]
    assert fused([C, A, B], []) == [C, A, B]


@pytest.mark.parametrize("rankings", [(), ([],), ([], [])])
def test_nothing_joins_to_nothing(rankings: tuple[list[Passage], ...]) -> None:
    assert fused(*rankings) == []


RANKING = st.permutations([A, B, C, D, E]).flatmap(lambda all_: st.integers(0, 5).map(lambda size: all_[:size]))


@given(st.lists(RANKING, max_size=4))
def test_every_passage_of_any_ranking_comes_exactly_once(rankings: list[list[Passage]]) -> None:
    found = fused(*rankings)
    assert len(found) == len(set(found))
    assert set(found) == {one for ranking in rankings for one in ranking}


@given(RANKING, st.integers(1, 4))
def test_rankings_that_agree_give_that_ranking(ranking: list[Passage], times: int) -> None:
    assert fused(*[ranking] * times) == ranking


@given(st.lists(st.permutations([A, B, C, D, E]), min_size=1, max_size=4))
def test_what_is_behind_another_in_every_ranking_is_behind_it_in_the_end(rankings: list[list[Passage]]) -> None:
    found = fused(*rankings)
    for place, one in enumerate(found):
        for before in found[:place]:
            assert any(ranking.index(before) < ranking.index(one) for ranking in rankings)


def test_what_is_proposed_stands_behind_what_holds() -> None:
    proposed = Passage("openspec/changes/x/specs/kiln/spec.md", 1, 1, "A", "A", "change", "kiln")
    found = Found(("a",), (Hit(proposed, 1.0, frozenset("a")), Hit(A, 1.0, frozenset("a"))), 2, {"a": 2})
    assert [hit.passage for hit in ranked(found)] == [A, proposed]
