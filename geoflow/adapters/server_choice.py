"""Which of the model servers that answered are used, and with which of their models."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from geoflow.adapters import chat_errors
from geoflow.adapters.addresses import is_loopback
from geoflow.adapters.discovery import FoundServer, ServedModel, find_server
from geoflow.adapters.in_threads import in_threads
from geoflow.adapters.openai_chat import Endpoint
from geoflow.errors import GeoflowError
from geoflow.settings import ModelSettings

UNKNOWN_CONTEXT = 4096  # what LM Studio loads a model with unless told otherwise
CONNECT_SECONDS = 0.3
_CONNECT_SECONDS_ELSEWHERE = 2.0


@dataclass(frozen=True, slots=True)
class Asked:
    """An address and what answers there, None where nobody does or where it could not be told.

    `is_hidden` means that it was not asked: it may be behind a proxy, which only the chat client knows.
    """

    base_url: str
    found: FoundServer | None
    is_hidden: bool = False


def ask_servers(urls: Sequence[str], settings: ModelSettings) -> list[Asked]:
    """Ask all servers at once what they are; the answers in the order of the addresses."""
    return in_threads(lambda url: _ask(url, settings), urls, len(urls))


def _ask(url: str, settings: ModelSettings) -> Asked:
    if settings.model and not is_loopback(url):
        return Asked(url, None, is_hidden=True)
    seconds = CONNECT_SECONDS if is_loopback(url) else _CONNECT_SECONDS_ELSEWHERE
    return Asked(url, find_server(url, settings.api_key, seconds))


def endpoints(asked: Sequence[Asked], settings: ModelSettings) -> list[Endpoint]:
    """Choose the servers that have the model: the wanted one, else the one that the first of them offers.

    Raises:
        GeoflowError: `model-unreachable`, `model-refused`, `no-model`, `unknown-model`: why none of them has.
    """
    chosen: list[Endpoint] = []
    unlisted: list[Endpoint] = []
    failures: list[GeoflowError] = []
    wanted = settings.model
    for one in asked:
        try:
            endpoint, is_listed = _endpoint(one, settings, wanted)
        except GeoflowError as failure:
            failures.append(failure)
            continue
        (chosen if is_listed else unlisted).append(endpoint)
        wanted = wanted or _key(one, endpoint.model)
    if not chosen and not unlisted:
        raise chat_errors.none_of(failures)
    return chosen or unlisted


def unknown_model(wanted: str, known: Sequence[str], where: str) -> GeoflowError:
    """Say that a model is not there, with the names that are and the nearest of them."""
    near = difflib.get_close_matches(wanted, known, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return GeoflowError(
        f'there is no model "{wanted}" at {where}',
        fix=f"Set llm.model to one of: {', '.join(known) or 'none there'}.{meant}",
        code="unknown-model",
    )


def _endpoint(one: Asked, settings: ModelSettings, wanted: str) -> tuple[Endpoint, bool]:
    """Make the endpoint of a server, and tell whether the server itself lists its model."""
    if one.is_hidden:
        context = settings.context_tokens or UNKNOWN_CONTEXT
        return Endpoint(one.base_url, wanted, "openai-compatible", context, settings.api_key), True
    if one.found is None:
        raise chat_errors.unreachable(one.base_url, "nobody listens there")
    model, is_listed = _model(one.found, wanted)
    context = settings.context_tokens or model.context_tokens or UNKNOWN_CONTEXT
    endpoint = Endpoint(
        one.base_url,
        model.id,
        one.found.backend,
        context,
        settings.api_key,
        is_loaded=model.loaded,
        context_now=None
        if settings.context_tokens
        else partial(_context_now, one.base_url, settings.api_key, model.id),
    )
    return endpoint, is_listed


def _model(found: FoundServer, wanted: str) -> tuple[ServedModel, bool]:
    if found.status in {401, 403}:
        raise chat_errors.refused(found.base_url, found.status, "its list of models needs one", 0)
    if wanted:
        if named := found.find(wanted):
            return named, True
        if not found.is_lm_studio:  # other servers may know names that they do not list
            return ServedModel(wanted), False
        raise unknown_model(wanted, [model.id for model in found.models], found.base_url)
    if found.models:
        return next((model for model in found.models if model.loaded), found.models[0]), True
    if found.is_lm_studio and found.status == 200:
        raise _no_models(found.base_url)
    raise chat_errors.no_chat_server(found.base_url, f"its list of models with {found.status or 'no JSON'}")


def _no_models(url: str) -> GeoflowError:
    return GeoflowError(
        f"LM Studio at {url} has no model",
        fix="Download one in LM Studio (or type: lms get MODEL) and load it; where it asks for an API token, "
        "set LM_API_TOKEN.",
        code="no-model",
    )


def _context_now(base_url: str, api_key: str, model_id: str) -> int:
    found = find_server(base_url, api_key, CONNECT_SECONDS)
    model = found.find(model_id) if found else None
    return model.context_tokens if model else 0


def _key(one: Asked, model_id: str) -> str:
    model = one.found.find(model_id) if one.found else None
    return (model.key if model else "") or model_id
