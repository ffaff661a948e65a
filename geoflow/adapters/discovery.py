"""What a model server is and what it has: LM Studio's own addresses first, then those that all servers share."""

import http.client
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from geoflow.adapters.watchdog import Watchdog

_READ_SECONDS = 5.0
_INSTANCE = re.compile(r":\d+\Z")  # LM Studio calls a second copy of a loaded model `model:2`
_LARGEST_BODY = 4_000_000


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server offers. `context_tokens` is 0 where the server does not say, `loaded` None likewise.

    `key` is the name of the model itself where a loaded copy of it goes by an `id` of its own.
    """

    id: str
    loaded: bool | None = None
    context_tokens: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A model server that answered. `status` is that of its list of models: 200, or why there is none.

    `embedders` are its models that embed text: in LM Studio those that are loaded.
    """

    base_url: str
    is_lm_studio: bool
    status: int
    models: tuple[ServedModel, ...]
    embedders: tuple[str, ...] = ()

    @property
    def backend(self) -> str:
        """Say which kind of server it is, in the words of `ChatModel.backend`."""
        return "lm-studio" if self.is_lm_studio else "openai-compatible"

    def find(self, name: str) -> ServedModel | None:
        """Find a model by its id, else a loaded copy of the model of this name, else the model of which it was one."""
        bare = _INSTANCE.sub("", name) if self.is_lm_studio else name
        named = [model for model in self.models if model.id == name]
        copies = [model for model in self.models if model.key and model.key in {name, bare}]
        return next(iter(named + [copy for copy in copies if copy.loaded] + copies), None)


def find_server(base_url: str, api_key: str, connect_seconds: float) -> FoundServer | None:
    """Ask a server what it is; None where nobody listens. `base_url` ends in /v1."""
    if not _listens(base_url, connect_seconds):
        return None
    asking = _Asking(base_url, api_key)
    root = base_url.removesuffix("/v1")
    greeting = asking.get(f"{root}/lmstudio-greeting")[1]
    is_lm_studio = isinstance(greeting, dict) and greeting.get("lmstudio") is True
    status, listed = asking.get(f"{base_url}/models")
    native = _native_models(asking, root) if is_lm_studio and status == 200 else ((), ())
    models, embedders = native if any(native) else (_shared_models(listed), _shared_embedders(listed))
    return FoundServer(base_url, is_lm_studio, status, models, embedders)


def _native_models(asking: "_Asking", root: str) -> tuple[tuple[ServedModel, ...], tuple[str, ...]]:
    """Read LM Studio's own lists: its language models, and the names of the embedding models that are loaded."""
    current = _objects(asking.get(f"{root}/api/v1/models")[1], "models")
    if current:
        language = (entry for entry in current if entry.get("type", "llm") != "embedding")
        embedding = [model for entry in current if entry.get("type") == "embedding" for model in _current_models(entry)]
        loaded = tuple(model.id for model in embedding if model.loaded)
        return tuple(model for entry in language for model in _current_models(entry)), loaded
    older = _objects(asking.get(f"{root}/api/v0/models")[1], "data")
    models = [
        ServedModel(
            str(entry["id"]),
            entry.get("state") == "loaded",
            _count(entry.get("loaded_context_length")),
            _INSTANCE.sub("", str(entry["id"])),
        )
        for entry in older
        if "id" in entry
    ]
    embed = {str(entry["id"]) for entry in older if entry.get("type") == "embeddings" and "id" in entry}
    language_models = tuple(model for model in models if model.id not in embed)
    return language_models, tuple(model.id for model in models if model.id in embed and model.loaded)


def _current_models(entry: dict[str, Any]) -> list[ServedModel]:
    """Read a model of the native list: each loaded copy of it, or itself where it is not loaded."""
    key = str(entry.get("key", ""))
    copies = []
    for instance in _objects(entry, "loaded_instances"):
        config = instance.get("config")
        context = config.get("context_length") if isinstance(config, dict) else 0
        copies.append(ServedModel(str(instance.get("id") or key), loaded=True, context_tokens=_count(context), key=key))
    return copies or [ServedModel(key, loaded=False, key=key)]


def _shared_models(listed: Any) -> tuple[ServedModel, ...]:
    return tuple(
        ServedModel(str(entry["id"]), context_tokens=_said_context(entry))
        for entry in _objects(listed, "data")
        if "id" in entry and "embed" not in str(entry["id"]).lower()
    )


def _shared_embedders(listed: Any) -> tuple[str, ...]:
    names = (str(entry["id"]) for entry in _objects(listed, "data") if "id" in entry)
    return tuple(name for name in names if "embed" in name.lower())


def _said_context(entry: dict[str, Any]) -> int:
    meta = entry.get("meta")  # llama.cpp; the other name is vLLM's
    return _count(meta.get("n_ctx") if isinstance(meta, dict) else entry.get("max_model_len"))


def _objects(document: Any, name: str) -> list[dict[str, Any]]:
    listed = document.get(name) if isinstance(document, dict) else None
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _connection(url: str, seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=seconds)


def _listens(url: str, seconds: float) -> bool:
    connection = _connection(url, seconds)
    try:
        connection.connect()
    except OSError:
        return False
    else:
        return True
    finally:
        connection.close()


class _Asking:
    """GET requests to one server, without proxies and redirects: the key goes nowhere else."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}

    def get(self, url: str) -> tuple[int, Any]:
        """Give the status and the JSON body; 0 and None where the answer is neither."""
        connection = _connection(self._base_url, _READ_SECONDS)
        try:
            with Watchdog(_READ_SECONDS, _READ_SECONDS) as watchdog:  # a server that trickles would never time out
                connection.connect()
                watchdog.watch(connection.sock)
                connection.request("GET", urlsplit(url).path, headers=self._headers)
                response = connection.getresponse()
                return response.status, json.loads(response.read(_LARGEST_BODY))
        except (OSError, http.client.HTTPException, ValueError, RecursionError):
            return 0, None
        finally:
            connection.close()
