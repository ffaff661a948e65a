"""Which model answers: the server that was set, LM Studio, the embedded model, or none."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geoflow.adapters import chat_errors
from geoflow.adapters.discovery import FoundServer, ServedModel, find_server
from geoflow.adapters.embedded import EmbeddedChat, EmbeddedServer
from geoflow.adapters.embedded_engine import is_installed, require_engine
from geoflow.adapters.folders import embedded_folder, replies_folder
from geoflow.adapters.model_manifest import ModelFile
from geoflow.adapters.model_store import ModelStore
from geoflow.adapters.openai_chat import Endpoint, OpenAIChat, is_loopback, normalised_url
from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, Progress
from geoflow.settings import ModelSettings

LM_STUDIO = "http://127.0.0.1:1234/v1"
UNKNOWN_CONTEXT = 4096  # what LM Studio loads a model with unless told otherwise
_CONNECT_SECONDS = 0.3
_CONNECT_SECONDS_TO_A_SET_SERVER = 2.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where to look and to write; the defaults are the user's real ones."""

    lm_studio: str = LM_STUDIO
    store: ModelStore = field(default_factory=ModelStore)
    embedded_folder: Path = field(default_factory=embedded_folder)
    replies: Path = field(default_factory=replies_folder)


def open_model(settings: ModelSettings, progress: Progress, around: Surroundings | None = None) -> ChatModel:
    """Choose the model: the address that was set, else LM Studio, else the embedded model.

    Args:
        settings: Section `llm`.
        progress: Shows the embedded model being loaded, at its first call.
        around: Where to look.

    Raises:
        GeoflowError: `no-model`, `model-unreachable`, `model-refused`, `unknown-model`, `bad-address`, or why the
            embedded engine cannot run.
    """
    around = around or Surroundings()
    if settings.base_url == "none":
        raise _no_model("llm.base_url is none", "Unset llm.base_url, or set it to the address of a model server.")
    if settings.base_url:
        return _chat(_set_server(settings), settings, around)
    found = find_server(around.lm_studio, settings.api_key, _CONNECT_SECONDS)
    if found and (found.models or found.status in {401, 403}):
        return _chat(_endpoint(found, settings), settings, around)
    return _embedded(settings, progress, around, found)


@dataclass(frozen=True, slots=True)
class Overview:
    """All models in reach. `answers` is the one that `open_model` chooses, None with a `reason` where there is none."""

    server: FoundServer | None
    known: tuple[ModelFile, ...]
    installed: tuple[ModelFile, ...]
    running: frozenset[str]
    engine: bool
    answers: ChatModel | None
    reason: str


def overview(settings: ModelSettings, around: Surroundings | None = None) -> Overview:
    """Look at everything there is, without starting anything."""
    around = around or Surroundings()
    url = normalised_url(settings.base_url) if settings.base_url not in {"", "none"} else around.lm_studio
    answers, reason = None, ""
    try:
        answers = open_model(settings, _NoProgress(), around)
    except GeoflowError as error:
        reason = f"{error.message}. {error.fix}"
    installed = tuple(around.store.installed())
    return Overview(
        server=find_server(url, settings.api_key, _CONNECT_SECONDS),
        known=around.store.manifest.models,
        installed=installed,
        running=frozenset(model.name for model in installed if _server(model, settings, around).running()),
        engine=is_installed(),
        answers=answers,
        reason=reason,
    )


class _NoProgress:
    def update(self, label: str, done: int, total: int) -> None:
        """Show nothing."""


def _server(model: ModelFile, settings: ModelSettings, around: Surroundings) -> EmbeddedServer:
    return EmbeddedServer(around.store.path(model), model.name, around.embedded_folder, settings.embedded_idle)


def _set_server(settings: ModelSettings) -> Endpoint:
    url = normalised_url(settings.base_url)
    if settings.model and not is_loopback(url):  # it may be behind a proxy, which only the chat client knows
        context = settings.context_tokens or UNKNOWN_CONTEXT
        return Endpoint(url, settings.model, "openai-compatible", context, settings.api_key)
    found = find_server(url, settings.api_key, _CONNECT_SECONDS_TO_A_SET_SERVER)
    if found is None:
        raise chat_errors.unreachable(url, "nobody listens there")
    return _endpoint(found, settings)


def _endpoint(found: FoundServer, settings: ModelSettings) -> Endpoint:
    if found.status in {401, 403}:
        raise chat_errors.refused(found.base_url, found.status, "its list of models needs one", 0)
    model = _choose(found, settings.model)
    context = settings.context_tokens or model.context_tokens or UNKNOWN_CONTEXT
    backend = "lm-studio" if found.is_lm_studio else "openai-compatible"
    return Endpoint(found.base_url, model.id, backend, context, settings.api_key)


def _choose(found: FoundServer, wanted: str) -> ServedModel:
    named = [model for model in found.models if model.id == wanted]
    if named:
        return named[0]
    if wanted and not found.is_lm_studio:  # other servers may know names that they do not list
        return ServedModel(wanted)
    if wanted:
        raise _unknown(wanted, [model.id for model in found.models], found.base_url)
    if not found.models:
        raise chat_errors.no_chat_server(found.base_url, f"its list of models with {found.status or 'no JSON'}")
    return next((model for model in found.models if model.loaded), found.models[0])


def _chat(endpoint: Endpoint, settings: ModelSettings, around: Surroundings) -> OpenAIChat:
    return OpenAIChat(
        endpoint,
        first_token_timeout=settings.first_token_timeout,
        timeout=settings.timeout,
        replies=around.replies,
    )


def _embedded(
    settings: ModelSettings, progress: Progress, around: Surroundings, found: FoundServer | None
) -> EmbeddedChat:
    installed = around.store.installed()
    names = [model.name for model in installed]
    if not installed or not is_installed():
        raise _nothing_here(found, has_file=bool(installed))
    if settings.model and settings.model not in names:
        raise _unknown(settings.model, names, "this machine, where LM Studio does not run")
    require_engine()
    wanted = settings.model or around.store.manifest.default
    model = next((model for model in installed if model.name == wanted), installed[0])
    return EmbeddedChat(
        _server(model, settings, around),
        first_token_timeout=settings.first_token_timeout,
        timeout=settings.timeout,
        replies=around.replies,
        progress=progress,
    )


def _nothing_here(found: FoundServer | None, *, has_file: bool) -> GeoflowError:
    reason = "LM Studio runs but has no model" if found and found.is_lm_studio else "LM Studio does not run"
    if not is_installed():
        own = 'pip install "geoflow[local]"' + ("" if has_file else " && geoflow model pull")
        return _no_model(f"{reason}, and the embedded engine is not installed", _ways(own))
    return _no_model(f"{reason}, and no embedded model was pulled", _ways("geoflow model pull"))


def _ways(own: str) -> str:
    return f"Load a model in LM Studio and start its server, or type: {own}"


def _no_model(reason: str, fix: str) -> GeoflowError:
    return GeoflowError(f"there is no model to ask: {reason}", fix=fix, code="no-model")


def _unknown(wanted: str, known: Sequence[str], where: str) -> GeoflowError:
    near = difflib.get_close_matches(wanted, known, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return GeoflowError(
        f'there is no model "{wanted}" at {where}',
        fix=f"Set llm.model to one of: {', '.join(known) or 'none there'}.{meant}",
        code="unknown-model",
    )
