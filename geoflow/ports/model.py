"""The model behind `complete`, and the values of a chat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

JsonValue = Any


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """What a model trained for tools wants called; `arguments` are JSON, if the model wrote such."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat. An assistant's turn may hold `calls`; a tool's answers the call `call_id`."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    calls: tuple[FunctionCall, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call of a model.

    `prompt` names the prompt and its version (`improve.span/1`) for the transcript. `messages` start with what stays
    the same from call to call, so that the server's prefix cache is hit: the first `stable` of them. With `schema`
    (JSON Schema of an object) the reply is forced into that form, parsed and validated. The call ends at `deadline`
    (`Clock.seconds`) at the latest; `heard` is told of each token as it comes, and must return at once. With
    `functions` ({"name", "description", "parameters"}) and without a schema the reply may be calls instead of text.
    """

    prompt: str
    messages: tuple[Message, ...]
    schema: Mapping[str, JsonValue] | None = None
    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 7
    stable: int = 1
    deadline: float | None = None
    heard: Callable[[], None] | None = field(default=None, repr=False, compare=False)
    functions: tuple[Mapping[str, JsonValue], ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. `cached` is None where the server does not say (unknown is not zero)."""

    prompt: int = 0
    completion: int = 0
    cached: int | None = None


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A model's answer: the text, and with a schema the validated object. Times are seconds.

    `finish` is the server's word (`stop`, `length`), `attempts` counts the calls it took; `usage` sums them up.
    """

    text: str
    value: Mapping[str, JsonValue] | None
    model: str
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    first_token_seconds: float | None = None
    finish: str = "stop"
    attempts: int = 1
    calls: tuple[FunctionCall, ...] = ()


class ChatModel(Protocol):
    """A language model behind a server.

    `complete` raises GeoflowError: code `model-unreachable`, `model-timeout`, `model-refused`, `model-reply-invalid`,
    `model-context-exceeded`, and `budget-spent` where the request's `deadline` passed; the transport's own exceptions
    never pass.
    """

    @property
    def name(self) -> str:
        """Give the model's id as the server names it."""

    @property
    def backend(self) -> str:
        """Say which kind of server answers: `lm-studio`, `openai-compatible` or `embedded`."""

    @property
    def context_tokens(self) -> int:
        """Give the size of the loaded context in tokens, prompt and reply together."""

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request; blocking."""


class AroundModel:
    """What stands between a verb and a model and is a `ChatModel` itself: it says of itself what its model says.

    Args:
        model: The model behind it.
    """

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """Give the model's id."""
        return self._model.name

    @property
    def backend(self) -> str:
        """Say which kind of server answers."""
        return self._model.backend

    @property
    def context_tokens(self) -> int:
        """Give the size of the loaded context in tokens."""
        return self._model.context_tokens


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt with its values in place. `id` is its name and version, `improve.span/1`.

    A project's own text in its place adds a hash of that text: `improve.span/1+0a1b2c3d`.
    """

    id: str
    messages: tuple[Message, ...]


class Templates(Protocol):
    """Texts with holes, rendered in a sandbox."""

    def render(self, name: str, values: Mapping[str, JsonValue]) -> str:
        """Fill the template of this name, such as `change/spec.md`."""

    def prompt(self, name: str, values: Mapping[str, JsonValue]) -> Prompt:
        """Fill the prompt of this name, such as `improve-span`; GeoflowError `prompt-invalid`."""
