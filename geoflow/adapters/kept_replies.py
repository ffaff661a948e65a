"""A model whose replies are kept by what it was asked, so that work that was stopped goes on where it was."""

import json
from dataclasses import asdict
from hashlib import sha256

from geoflow.ports import AroundModel, ChatModel, ChatReply, ChatRequest, RoleMemory, Usage


class KeptReplies(AroundModel):
    """The `ChatModel` port: asks the model behind it once for each request.

    Args:
        model: The model.
        memory: Where replies are kept; what cannot be kept is asked again.
    """

    def __init__(self, model: ChatModel, memory: RoleMemory) -> None:
        super().__init__(model)
        self._memory = memory
        self.asked = 0
        self.recalled = 0

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer from what is kept, else ask. Equal requests get equal replies, with the tokens that they took."""
        key = self._key(request)
        known = _read(self._memory.recall(key))
        if known is not None:
            self.recalled += 1
            return known
        self.asked += 1
        reply = self._model.complete(request)
        self._memory.keep(key, json.dumps(asdict(reply)))
        return reply

    def _key(self, request: ChatRequest) -> str:
        messages = [[one.role, one.content] for one in request.messages]
        asked = [self.name, self.backend, messages, request.schema, request.max_tokens, request.temperature]
        return "bench-improve:" + sha256(json.dumps([*asked, request.seed], sort_keys=True).encode()).hexdigest()


def _read(text: str | None) -> ChatReply | None:
    if text is None:
        return None
    try:
        found = json.loads(text)
        return ChatReply(
            **{name: found[name] for name in ("text", "value", "model", "seconds", "first_token_seconds", "finish")},
            usage=Usage(**found["usage"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
