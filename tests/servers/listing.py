"""What the server says that it has: the shared list, LM Studio's native lists of two generations, unknown paths."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Offer:
    """The models of a server.

    `lm_studio` False is a plain OpenAI-compatible server. `model` is the one that is `loaded` (or not), with `context`
    tokens; `other_models` are on the disk. `native` names the generation of LM Studio's own REST API: `v1`, `v0` or
    none. `embedding` is a model that cannot chat, loaded where `embedding_loaded` says so.
    """

    lm_studio: bool = True
    model: str = "scripted-7b"
    other_models: tuple[str, ...] = ()
    loaded: bool = True
    context: int = 4096
    native: str = "v1"
    embedding: str = ""
    embedding_loaded: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.model, *self.other_models)


def listing(offer: Offer, path: str) -> tuple[int, Any]:
    """Answer a GET request: status and document."""
    if path == "/v1/models":
        names = [*offer.names, *([offer.embedding] if offer.embedding else [])]
        return 200, {"object": "list", "data": [{"id": name, "object": "model", "owned_by": "x"} for name in names]}
    if path == "/api/v1/models" and offer.lm_studio and offer.native == "v1":
        return 200, {"models": [*_embedding(offer, "key"), *(_current(offer, name) for name in offer.names)]}
    if path == "/api/v0/models" and offer.lm_studio and offer.native:
        return 200, {
            "object": "list",
            "data": [*_embedding(offer, "id"), *(_older(offer, name) for name in offer.names)],
        }
    return unknown(offer, "GET", path)


def unknown(offer: Offer, method: str, path: str) -> tuple[int, Any]:
    """Answer a path that there is not; LM Studio says 200 to it."""
    if offer.lm_studio:
        return 200, {"error": f"Unexpected endpoint or method. ({method} {path})"}
    return 404, {"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}}


def _current(offer: Offer, name: str) -> dict[str, Any]:
    loaded = offer.loaded and name == offer.model
    instances = [{"id": name, "config": {"context_length": offer.context, "parallel": 4}}] if loaded else []
    return {"type": "llm", "key": name, "loaded_instances": instances, "max_context_length": 32768, "format": "gguf"}


def _older(offer: Offer, name: str) -> dict[str, Any]:
    loaded = offer.loaded and name == offer.model
    context = {"loaded_context_length": offer.context} if loaded else {}
    state = "loaded" if loaded else "not-loaded"
    return {"id": name, "object": "model", "type": "llm", "state": state, "max_context_length": 32768, **context}


def _embedding(offer: Offer, field: str) -> list[dict[str, Any]]:
    if not offer.embedding:
        return []
    if field == "id":
        state = "loaded" if offer.embedding_loaded else "not-loaded"
        return [{"id": offer.embedding, "type": "embeddings", "state": state}]
    instances = [{"id": offer.embedding, "config": {"context_length": 2048}}] if offer.embedding_loaded else []
    return [{"key": offer.embedding, "type": "embedding", "loaded_instances": instances}]
