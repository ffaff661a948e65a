"""The model of a run, and where its calls are made: in threads here, or on the workers of a Dask cluster."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoflow.adapters.executor_address import Scheduler
    from geoflow.ports import ChatModel
    from geoflow.settings import Settings
    from geoflow.workflow.ahead import Calls


class Asked(NamedTuple):
    """Who is asked: the model, None where there is none, and where its calls are made at the same time, if they are."""

    model: "ChatModel | None" = None
    calls: "Calls | None" = None


class Wish(NamedTuple):
    """What a command was asked for: what is done without a model, a transcript that answers, where calls are made.

    `executor` is None where the settings say it.
    """

    without: str
    replay: Path | None = None
    executor: str | None = None


@contextmanager
def opened_model(settings: "Settings", wish: Wish) -> "Iterator[Asked]":
    """Open the model that answers and say which; no model, with a note, where none is in reach.

    Raises:
        GeoflowError: The cluster that was named cannot be used, or a transcript cannot be replayed.
    """
    from geoflow.cli.context import optional_model

    if wish.replay is None and (scheduler := _scheduler(settings, wish.executor)):
        with _on_workers(settings, scheduler) as (model, calls):
            yield Asked(model, calls)
        return
    found = optional_model(wish.without, settings, wish.replay)
    with _threads(settings.llm.parallel if found and wish.replay is None else 1) as threads:
        yield Asked(found, threads)


@contextmanager
def needed_model(settings: "Settings", executor: str | None) -> "Iterator[tuple[ChatModel, Calls | None]]":
    """Open the model that answers and say which; having none is a failure."""
    from geoflow.cli.context import open_model, say_model

    if scheduler := _scheduler(settings, executor):
        with _on_workers(settings, scheduler) as asked:
            yield asked
        return
    model = open_model(settings)
    say_model(model, None)
    with _threads(settings.llm.parallel) as calls:
        yield model, calls


def _scheduler(settings: "Settings", executor: str | None) -> "Scheduler | None":
    from geoflow.adapters.executor_address import read_executor

    return read_executor(settings.llm.executor if executor is None else executor)


@contextmanager
def _on_workers(settings: "Settings", scheduler: "Scheduler") -> "Iterator[tuple[ChatModel, Calls | None]]":
    from geoflow.adapters.dask_chat import DaskChat
    from geoflow.adapters.dask_cluster import connected
    from geoflow.cli.context import say_model, transcribed

    with connected(scheduler.address) as cluster:
        workers = cluster.workers()
        model = transcribed(DaskChat(cluster, workers), settings.llm)
        count = f"{len(workers)} worker{'s' if len(workers) > 1 else ''}"
        say_model(model, None, f", on {count} of {scheduler.address}")
        with _threads(sum(worker.threads for worker in workers)) as calls:
            yield model, calls


@contextmanager
def _threads(count: int) -> "Iterator[Calls | None]":
    if count < 2:
        yield None
        return
    from geoflow.adapters.in_threads import CallThreads
    from geoflow.workflow.ahead import Calls

    with CallThreads(count) as threads:
        yield Calls(threads, count)
