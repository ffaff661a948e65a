"""What a Dask worker does for a run on another machine: it answers one request with the model that it has itself.

A task holds values alone: a request, and what the run expects of who answers it. Which server is asked, with which key,
is the worker's own affair: its environment and the settings of the user that it runs as say so.
"""

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geoflow
from geoflow.adapters.plain_chat import Plain, plain_error, plain_reply, request_from
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from geoflow.ports import ChatModel

REFUSES = "worker-refuses"
"""The code of a worker's refusal: it is another geoflow, or has another model."""
_lock = threading.Lock()
_opened: "dict[str, ChatModel]" = {}


def describe(task: Mapping[str, Any]) -> Plain:
    """Say which model this worker has: {"name", "backend", "context_tokens"}, or {"error"}."""
    try:
        _require_version(task)
        model = _model()
    except GeoflowError as error:
        return {"error": plain_error(error)}
    return {"name": model.name, "backend": model.backend, "context_tokens": model.context_tokens}


def answer(task: Mapping[str, Any]) -> Plain:
    """Answer a request: {"reply"} or {"error", "worker"}. Doing it again does no harm, so Dask may.

    Args:
        task: {"geoflow": version, "model": name, "request", "seconds": how long it may take, or None}.
    """
    started = time.monotonic()
    try:
        _require_version(task)
        model = _model()
        _require_model(task, model)
        left = task["seconds"]
        deadline = None if left is None else started + float(left)
        return {"reply": plain_reply(model.complete(request_from(task["request"], deadline)))}
    except GeoflowError as error:
        return {"error": plain_error(error), "worker": _own_address()}


def _own_address() -> str:
    """Give this worker's address: an idle worker may take a task that was meant for another one."""
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return ""


def _model() -> "ChatModel":
    """Open the model once in a process; what failed is tried again by the next task."""
    with _lock:
        if "model" not in _opened:
            _opened["model"] = _open()
        return _opened["model"]


def _open() -> "ChatModel":
    import os

    from geoflow.adapters import backends
    from geoflow.adapters.folders import user_settings_file
    from geoflow.adapters.settings_file import read_settings
    from geoflow.adapters.trust_store import trusts_nothing

    # No project's file: a run may not choose whom a worker asks.
    settings = read_settings(os.environ, None, user_settings_file(), trusts_nothing).settings
    return backends.open_model(settings.llm, _Nobody())


class _Nobody:
    def update(self, label: str, done: int, total: int) -> None:
        """Show nothing: nobody looks at a worker."""


def _require_version(task: Mapping[str, Any]) -> None:
    wanted = task["geoflow"]
    if wanted != geoflow.__version__:
        raise GeoflowError(
            f"it has geoflow {geoflow.__version__}, and the run has {wanted}",
            fix=f"Install geoflow {wanted} there, from where the run has it, and start the worker again.",
            code=REFUSES,
        )


def _require_model(task: Mapping[str, Any], model: "ChatModel") -> None:
    if task["model"] != model.name:
        raise GeoflowError(
            f"it has the model {model.name}, and the run has begun with {task['model']}",
            fix=f"Set GEOFLOW_LLM__MODEL={task['model']} for the worker, and start it again.",
            code=REFUSES,
        )
