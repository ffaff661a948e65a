"""The `PromptSearch` port on the library gepa: reflective mutation of a text, with a Pareto front over the cases."""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from geoflow.adapters.extras import install_line
from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import Scored

_PART = "system"
MOST_ROUNDS = 200
_MINIBATCH = 3
Judge = Callable[[str, Sequence[int]], list[Scored]]


def require_gepa() -> None:
    """Raise GeoflowError `gepa-missing` where the library is not installed."""
    if find_spec("gepa") is None:
        raise GeoflowError(
            "Trying other texts of a prompt needs the library gepa, which is not installed.",
            fix=f"Install it: {install_line('evolve')}",
            code="gepa-missing",
            exit_code=ExitCode.ENVIRONMENT,
        )


class GepaSearch:
    """The search. It calls no network of its own and writes no file; the same `seed` draws the same cases."""

    def __init__(self, seed: int = 7) -> None:
        self._seed = seed

    def search(
        self,
        start: str,
        cases: tuple[Sequence[int], Sequence[int]],
        judge: Judge,
        propose: Callable[[str, Sequence[Scored]], str],
        go_on: Callable[[], bool],
    ) -> list[str]:
        """Search until there is no budget left; the texts that were accepted, the best on the second cases first.

        Raises:
            GeoflowError: `gepa-missing`; what `judge` raises.
        """
        require_gepa()
        import gepa

        def proposed(candidate: Mapping[str, str], data: Mapping[str, Sequence[Any]], _: Any) -> dict[str, str]:
            return {_PART: propose(candidate[_PART], [one["scored"] for one in data[_PART]])}

        found = gepa.optimize(
            seed_candidate={_PART: start},
            trainset=list(cases[0]),
            valset=list(cases[1]),
            adapter=_Cases(judge),
            custom_candidate_proposer=proposed,
            reflection_minibatch_size=_MINIBATCH,
            stop_callbacks=lambda state: state.i >= MOST_ROUNDS or not go_on(),
            logger=_Silent(),
            cache_evaluation=True,
            track_best_outputs=False,
            seed=self._seed,
            raise_on_exception=True,
        )
        scores = found.val_aggregate_scores
        best = sorted(range(len(found.candidates)), key=lambda index: (-scores[index], index))
        return list(dict.fromkeys(found.candidates[index][_PART] for index in best))


class _Silent:
    """gepa's log, which nobody reads: progress is shown by whoever judges."""

    def log(self, message: str) -> None:
        """Say nothing."""


class _Cases:
    """gepa's adapter: scores a candidate in cases, and gives the reflection what was wrong."""

    propose_new_texts = None

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def evaluate(self, batch: list[int], candidate: dict[str, str], capture_traces: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Score a candidate; gepa calls it so."""
        from gepa.core.adapter import EvaluationBatch

        found = self._judge(candidate[_PART], batch)
        return EvaluationBatch(found, [one.score for one in found], found if capture_traces else None)

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: Any, components_to_update: list[str]
    ) -> dict[str, list[dict[str, Any]]]:
        """Give what was wrong, case by case; gepa calls it so."""
        wrong = [one for one in eval_batch.trajectories if one.score < 1.0]
        return {name: [{"scored": one} for one in wrong] for name in components_to_update if name in candidate}
