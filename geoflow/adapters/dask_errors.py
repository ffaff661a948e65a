"""What can go wrong between a run and a Dask cluster, and what to do about each."""

from geoflow.adapters.extras import install_line
from geoflow.errors import GeoflowError

START_SCHEDULER = "dask scheduler --host 127.0.0.1"


def not_installed() -> GeoflowError:
    """Dask is missing here."""
    return GeoflowError(
        "Dask is not installed here, so no cluster can be spoken to",
        fix=f"Type: {install_line('dask')}",
        code="dask-missing",
    )


def no_scheduler(address: str, reason: str) -> GeoflowError:
    """Nobody answers at the address."""
    return GeoflowError(
        f"no Dask scheduler answers at {address} ({reason})",
        fix=f"Start one ({START_SCHEDULER}), name another with --executor, or leave it out: --executor threads",
        code="scheduler-unreachable",
    )


def no_workers(address: str, seconds: float) -> GeoflowError:
    """The scheduler is there and nobody works."""
    return GeoflowError(
        f"the Dask scheduler at {address} has had no worker for {seconds:.0f} s",
        fix=f"Start one where a model server is: dask worker {address} --nthreads 1",
        code="no-workers",
    )


def lost(address: str, reason: str) -> GeoflowError:
    """The scheduler went away in the middle of a run."""
    return GeoflowError(
        f"the Dask scheduler at {address} went away ({reason})",
        fix="Start it again and type the command once more: what is done is not asked again.",
        code="scheduler-lost",
    )


def killed(address: str, reason: str) -> GeoflowError:
    """A call ended every worker that took it."""
    return GeoflowError(
        f"every worker of {address} that took one and the same call came to its end ({reason})",
        fix="Look at the workers' logs; a model that does not fit into memory ends like this.",
        code="workers-lost",
    )


def no_geoflow(place: str, reason: str) -> GeoflowError:
    """A worker has no geoflow, or one that knows nothing of this."""
    return GeoflowError(
        f"{place} cannot do what geoflow asks of it ({reason})",
        fix="Install the same geoflow where the workers run, with its extra [dask], and start them again.",
        code="worker-refuses",
    )


def several_models(found: dict[str, str]) -> GeoflowError:
    """Workers have different models, so that what comes out would depend on who answers."""
    told = ", ".join(f"{place} has {name}" for place, name in sorted(found.items()))
    return GeoflowError(
        f"the workers have different models: {told}",
        fix="Set GEOFLOW_LLM__MODEL to the same one for all, and start them again.",
        code="workers-differ",
    )
