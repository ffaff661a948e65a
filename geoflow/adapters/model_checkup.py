"""What `geoflow doctor` says of the model servers, the embedded engine and who answers."""

from pathlib import Path

from geoflow.adapters.addresses import is_loopback
from geoflow.adapters.backends import Overview
from geoflow.adapters.checkup import Check, Status, failed
from geoflow.adapters.embedded_engine import require_engine
from geoflow.adapters.embedded_state import ServerState, is_alive, read_state
from geoflow.adapters.server_choice import Asked
from geoflow.errors import GeoflowError
from geoflow.settings import ModelSettings

_SMALL_CONTEXT = 4096
_CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv", "/proc/sys/fs/binfmt_misc/WSLInterop")


def check_models(settings: ModelSettings, seen: Overview, folder: Path) -> list[Check]:
    """Tell of each server, the engine, the pulled models, what runs, and who answers.

    Args:
        settings: Section `llm`.
        seen: What was found.
        folder: Where running embedded servers write their state.
    """
    servers = [_server(asked, settings, seen) for asked in seen.servers]
    return [*servers, _engine(seen), _pulled(seen), *_running(folder), _answers(settings, seen)]


def _server(asked: Asked, settings: ModelSettings, seen: Overview) -> Check:
    was_set = bool(settings.base_url)
    facts: dict[str, object] = {"base_url": asked.base_url, "set": was_set, "used": asked.base_url in seen.uses}
    if asked.is_hidden:
        return Check("server", "ok", f"{asked.base_url}: not asked, since llm.model is set", facts=facts)
    if asked.found is None:
        who = "a model server" if was_set else "LM Studio"
        fix = f"Start {who} there (LM Studio: Developer, Start server), or set llm.base_url to where it is."
        status: Status = "warn" if was_set else _unless_answered(seen)
        return Check("server", status, f"{asked.base_url}: nobody answers", _near(fix, asked.base_url), facts)
    found = asked.found
    facts |= {"kind": found.backend, "http_status": found.status, "models": [model.id for model in found.models]}
    if found.status in {401, 403}:
        fix = "Set LM_API_TOKEN or GEOFLOW_LLM__API_KEY to the server's token."
        return Check("server", "fail", f"{asked.base_url}: {found.backend}, asks for a token", fix, facts)
    if not found.models:
        fix = "Load a model there (LM Studio: lms load MODEL), or set llm.base_url to another server."
        return Check("server", _unless_answered(seen), f"{asked.base_url}: {found.backend}, no models", fix, facts)
    return _serving(asked, facts)


def _serving(asked: Asked, facts: dict[str, object]) -> Check:
    models = asked.found.models if asked.found else ()
    kind = asked.found.backend if asked.found else ""
    loaded = [model for model in models if model.loaded]
    facts |= {"loaded": {model.id: model.context_tokens or None for model in loaded}}
    shown = ", ".join(f"{model.id} with {model.context_tokens or 'unknown'} tokens" for model in loaded)
    text = f"{asked.base_url}: {kind}, {len(models)} model{'s' if len(models) > 1 else ''}"
    text += f", loaded: {shown}" if shown else ""
    if small := [model for model in loaded if 0 < model.context_tokens < _SMALL_CONTEXT]:
        fix = f"Load it with more (LM Studio: lms load {small[0].key or small[0].id} --context-length 8192)."
        return Check("server", "warn", f"{text}: little for long requirements", fix, facts)
    return Check("server", "ok", text, facts=facts)


def _unless_answered(seen: Overview) -> Status:
    return "ok" if seen.answers else "warn"


def _near(fix: str, url: str) -> str:
    """Add what people in a container or in WSL run into: their 127.0.0.1 is not that of the machine."""
    if is_loopback(url) and any(Path(mark).exists() for mark in _CONTAINER_MARKS):
        return f"{fix} This is a container or WSL: a server on the machine itself has another address than 127.0.0.1."
    return fix


def _engine(seen: Overview) -> Check:
    try:
        require_engine()
    except GeoflowError as error:
        facts = {"installed": seen.engine, "code": error.code}
        return Check("engine", _unless_answered(seen), error.message, error.fix, facts)
    return Check("engine", "ok", "installed, and this processor can run it", facts={"installed": True})


def _pulled(seen: Overview) -> Check:
    names = [model.name for model in seen.installed]
    facts = {"models": names}
    if names:
        return Check("models", "ok", f"pulled: {', '.join(names)}", facts=facts)
    return Check("models", _unless_answered(seen), "no embedded model was pulled", "Type: geoflow model pull", facts)


def _running(folder: Path) -> list[Check]:
    states = [read_state(file) for file in sorted(folder.glob("*.json"))]
    return [_process(state) for state in states if state and is_alive(state)]


def _process(state: ServerState) -> Check:
    import psutil

    try:
        memory = int(psutil.Process(state.pid).memory_info().rss)
    except psutil.Error:
        memory = 0
    facts = {"model": state.model, "pid": state.pid, "memory_bytes": memory or None, "base_url": state.base_url or None}
    ready = "" if state.base_url else ", being loaded"
    return Check("running", "ok", f"{state.model}: process {state.pid}, {memory / 1e6:.0f} MB{ready}", facts=facts)


def _answers(settings: ModelSettings, seen: Overview) -> Check:
    model = seen.answers
    if model is not None:
        text = f"{model.name} ({model.backend}, {model.context_tokens} tokens)"
        if len(seen.uses) > 1:
            text += f" on {len(seen.uses)} servers, {settings.parallel} calls at a time"
        facts = {"name": model.name, "backend": model.backend, "context_tokens": model.context_tokens}
        return Check("answers", "ok", text, facts=facts | {"servers": list(seen.uses)})
    wanted = settings.base_url not in {"", "none"} or settings.model  # what was set does not work
    error = seen.failure or GeoflowError("no model answers")
    return failed("answers", "fail" if wanted and settings.base_url != "none" else "warn", error)
