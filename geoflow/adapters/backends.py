"""Which model answers: the servers that were set, LM Studio, the embedded model, or none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geoflow.adapters.addresses import listed_addresses
from geoflow.adapters.discovery import FoundServer
from geoflow.adapters.embedded import EmbeddedChat, EmbeddedServer
from geoflow.adapters.embedded_engine import is_installed, require_engine
from geoflow.adapters.extras import install_line
from geoflow.adapters.folders import embedded_folder, replies_folder
from geoflow.adapters.model_manifest import ModelFile
from geoflow.adapters.model_store import ModelStore
from geoflow.adapters.openai_chat import Endpoint, OpenAIChat
from geoflow.adapters.server_choice import Asked, ask_servers, endpoints, unknown_model
from geoflow.adapters.server_pool import Bounded, ServerPool
from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, Progress
from geoflow.settings import ModelSettings

LM_STUDIO = "http://127.0.0.1:1234/v1"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where to look and to write; the defaults are the user's real ones."""

    lm_studio: str = LM_STUDIO
    store: ModelStore = field(default_factory=ModelStore)
    embedded_folder: Path = field(default_factory=embedded_folder)
    replies: Path = field(default_factory=replies_folder)


def open_model(settings: ModelSettings, progress: Progress, around: Surroundings | None = None) -> ChatModel:
    """Choose the model: on the servers that were set, else on LM Studio, else the embedded model.

    Several servers that have it share its calls; at most `settings.parallel` calls run at a time.

    Args:
        settings: Section `llm`.
        progress: Shows the embedded model being loaded, at its first call.
        around: Where to look.

    Raises:
        GeoflowError: `no-model`, `model-unreachable`, `model-refused`, `unknown-model`, `bad-address`, or why the
            embedded engine cannot run.
    """
    around = around or Surroundings()
    return _chosen(settings, progress, around, ask_servers(_addresses(settings, around), settings))


@dataclass(frozen=True, slots=True)
class Overview:
    """All models in reach. `answers` is the one that `open_model` chooses, None with a `failure` where there is none.

    `servers` are those that were set, else LM Studio's usual address; `uses` are the addresses of those that answer.
    """

    servers: tuple[Asked, ...]
    uses: tuple[str, ...]
    known: tuple[ModelFile, ...]
    installed: tuple[ModelFile, ...]
    running: frozenset[str]
    engine: bool
    answers: ChatModel | None
    failure: GeoflowError | None

    @property
    def reason(self) -> str:
        """Say why no model answers and what to do; empty where one does."""
        return f"{self.failure.message}. {self.failure.fix}" if self.failure else ""


def overview(settings: ModelSettings, around: Surroundings | None = None) -> Overview:
    """Look at everything there is, without starting anything.

    Raises:
        GeoflowError: `bad-address`.
    """
    around = around or Surroundings()
    asked = ask_servers(_addresses(settings, around), settings)
    answers, failure = None, None
    try:
        answers = _chosen(settings, _NoProgress(), around, asked)
    except GeoflowError as error:
        failure = error
    installed = tuple(around.store.installed())
    return Overview(
        servers=tuple(asked),
        uses=_used(asked, settings) if answers and answers.backend != "embedded" else (),
        known=around.store.manifest.models,
        installed=installed,
        running=frozenset(model.name for model in installed if embedded_server(model, settings, around).running()),
        engine=is_installed(),
        answers=answers,
        failure=failure,
    )


class _NoProgress:
    def update(self, label: str, done: int, total: int) -> None:
        """Show nothing."""


def embedded_server(model: ModelFile, settings: ModelSettings, around: Surroundings) -> EmbeddedServer:
    """Name the server of a pulled model, whether it runs or not."""
    return EmbeddedServer(around.store.path(model), model.name, around.embedded_folder, settings.embedded_idle)


def _addresses(settings: ModelSettings, around: Surroundings) -> tuple[str, ...]:
    """Tell where to look: nowhere, at the addresses that were set, or at LM Studio's own."""
    return listed_addresses(settings.base_url) if settings.base_url else (around.lm_studio,)


def _chosen(settings: ModelSettings, progress: Progress, around: Surroundings, asked: Sequence[Asked]) -> ChatModel:
    if not asked:
        raise _no_model("llm.base_url is none", "Unset llm.base_url, or set it to the address of a model server.")
    if settings.base_url or _has_lm_studio(asked[0].found, settings.model, around):
        return Bounded(_spread(endpoints(asked, settings), settings, around), settings.parallel)
    return Bounded(_embedded(settings, progress, around, asked[0].found), 1)  # it has one slot


def _has_lm_studio(found: FoundServer | None, wanted: str, around: Surroundings) -> bool:
    """Tell whether the server that was found unasked is the one to use: it has the model, or nobody else here has."""
    if found is None or not (found.models or found.status in {401, 403}):
        return False
    pulled = {model.name for model in around.store.installed()}
    return not (wanted in pulled and found.find(wanted) is None)


def _used(asked: Sequence[Asked], settings: ModelSettings) -> tuple[str, ...]:
    return tuple(endpoint.base_url for endpoint in endpoints(asked, settings))


def _spread(ends: Sequence[Endpoint], settings: ModelSettings, around: Surroundings) -> OpenAIChat | ServerPool:
    chats = [_chat(endpoint, settings, around) for endpoint in ends]
    return chats[0] if len(chats) == 1 else ServerPool(chats)


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
        raise unknown_model(settings.model, names, "this machine, where LM Studio does not run")
    require_engine()
    wanted = settings.model or around.store.manifest.default
    model = next((model for model in installed if model.name == wanted), installed[0])
    return EmbeddedChat(
        embedded_server(model, settings, around),
        first_token_timeout=settings.first_token_timeout,
        timeout=settings.timeout,
        replies=around.replies,
        progress=progress,
    )


def _nothing_here(found: FoundServer | None, *, has_file: bool) -> GeoflowError:
    reason = "LM Studio runs but has no model" if found and found.is_lm_studio else "LM Studio does not run"
    if not is_installed():
        own = install_line("local") + ("" if has_file else ", then: geoflow model pull")
        return _no_model(f"{reason}, and the embedded engine is not installed", _ways(own))
    return _no_model(f"{reason}, and no embedded model was pulled", _ways("geoflow model pull"))


def _ways(own: str) -> str:
    return f"Load a model in LM Studio and start its server, or type: {own}"


def _no_model(reason: str, fix: str) -> GeoflowError:
    return GeoflowError(f"there is no model to ask: {reason}", fix=fix, code="no-model")
