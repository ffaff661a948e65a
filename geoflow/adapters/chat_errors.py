"""What a model server's failures mean, and what to do about each."""

import re
from collections.abc import Sequence
from enum import Flag, auto

from geoflow.errors import GeoflowError

_CONTEXT = re.compile(
    r"context.?(length|size|window)|n_ctx|does not fit in context|exceed_context|maximum context|too many tokens",
    re.IGNORECASE,
)
_UNLOADED = re.compile(
    r"no models? (is |are )?loaded|model (was |has been |is )?(unloaded|not loaded)|model has crashed",
    re.IGNORECASE,
)
_GRAMMAR = re.compile(r"grammar|initialize samplers|json.?schema|unsupported.*(pattern|schema)", re.IGNORECASE)
_NOT_FOUND = re.compile(r"model.{0,80}(not found|does not exist)|model_not_found", re.IGNORECASE | re.DOTALL)
_SHOWN = 300


class Hope(Flag):
    """What may still help after a failed call."""

    NONE = 0
    AGAIN = auto()
    """The same call, tried once more."""
    SIMPLER_SCHEMA = auto()
    """The same call with a schema of fewer keywords."""
    ELSEWHERE = auto()
    """Another server: the failure is this server's, not the request's."""
    RELOADED = auto()
    """The model loaded anew, by one call alone."""


class ModelError(GeoflowError):
    """A failed call of a model.

    Args:
        message: What happened.
        fix: What to do.
        code: One of the codes that `ChatModel` names.
        hope: What may still help.
    """

    def __init__(self, message: str, *, fix: str, code: str, hope: Hope = Hope.NONE) -> None:
        super().__init__(message, fix=fix, code=code)
        self.hope = hope


def unreachable(url: str, reason: str) -> ModelError:
    """Nobody listens at the address."""
    return ModelError(
        f"no model server answers at {url} ({reason})",
        fix="Start the server there (LM Studio: Developer, Start server), or set GEOFLOW_LLM__BASE_URL to another one.",
        code="model-unreachable",
        hope=Hope.ELSEWHERE,
    )


def dropped(url: str, reason: str) -> ModelError:
    """The connection ended in the middle of an answer."""
    return ModelError(
        f"the model server at {url} ended the connection in the middle of an answer ({reason})",
        fix="Look into the server's log (a model that does not fit into memory ends like this) and try again.",
        code="model-unreachable",
        hope=Hope.AGAIN | Hope.ELSEWHERE,
    )


def slow_first_token(url: str, seconds: float) -> ModelError:
    """No token came in time."""
    return ModelError(
        f"the model at {url} sent no token within {seconds:.1f} s",
        fix="Wait until the model is loaded and the machine is less busy, or raise llm.first_token_timeout.",
        code="model-timeout",
        hope=Hope.ELSEWHERE,
    )


def out_of_time(url: str, seconds: float) -> ModelError:
    """The answer was not complete in time."""
    return ModelError(
        f"the model at {url} did not finish its answer within {seconds:.1f} s",
        fix="Use a smaller or faster model, or raise llm.timeout.",
        code="model-timeout",
    )


def budget_spent() -> ModelError:
    """The time that the caller had for this call is over."""
    return ModelError(
        "the budget of time ended in the middle of a call",
        fix="Give the run more time, such as: --budget 20m",
        code="budget-spent",
    )


def stopped() -> ModelError:
    """Whoever asked for this call does not wait for it any more."""
    return ModelError("the call was cancelled by whoever asked for it", fix="Ask again.", code="interrupted")


def no_chat_server(url: str, shown: str) -> ModelError:
    """Something else than a stream of chat pieces came back, with status 200."""
    return ModelError(
        f"{url} is not a chat server: it answered {_short(shown)}",
        fix="Set GEOFLOW_LLM__BASE_URL to an OpenAI-compatible server; LM Studio's is http://127.0.0.1:1234/v1",
        code="model-refused",
        hope=Hope.ELSEWHERE,
    )


def redirected(url: str, location: str) -> ModelError:
    """The server sends the request elsewhere, where neither the text nor the token was meant to go."""
    return ModelError(
        f"the model server at {url} redirects to {_short(location)}, which is not followed",
        fix="Set GEOFLOW_LLM__BASE_URL to the address that answers itself, if you trust it.",
        code="model-refused",
        hope=Hope.ELSEWHERE,
    )


def garbled(url: str, reason: str) -> ModelError:
    """The stream is not what the protocol says."""
    return ModelError(
        f"the stream of the model server at {url} cannot be read ({_short(reason)})",
        fix="Look into the server's log and try again; update the server if it stays so.",
        code="model-refused",
        hope=Hope.AGAIN | Hope.ELSEWHERE,
    )


def context_exceeded(reason: str, context_tokens: int) -> ModelError:
    """Prompt and reply do not fit into the loaded context."""
    return ModelError(
        f"the prompt does not fit into the model's context of {context_tokens} tokens ({_short(reason)})",
        fix="Load the model with a longer context (LM Studio: lms load MODEL --context-length 16384).",
        code="model-context-exceeded",
    )


def refused(url: str, status: int | None, text: str, context_tokens: int) -> ModelError:
    """Explain an error that the server itself sent, as a status or as an event of the stream."""
    shown = f"{status or 'an error in the stream'}: {_short(text)}"
    if status in {401, 403}:
        fix = (
            "Set GEOFLOW_LLM__API_KEY, or LM_API_TOKEN, to the server's token "
            "(LM Studio: Developer, Server settings, API tokens)."
        )
        return ModelError(f"the model server at {url} asks for a token ({shown})", fix=fix, code="model-refused")
    if _GRAMMAR.search(text) and status == 400:
        fix = "Update the server's engine; geoflow asked with a plain schema."
        message = f"the model server at {url} cannot force the form of an answer ({shown})"
        return ModelError(message, fix=fix, code="model-refused", hope=Hope.AGAIN | Hope.SIMPLER_SCHEMA)
    if _CONTEXT.search(text):
        return context_exceeded(text, context_tokens)
    if _UNLOADED.search(text):
        fix = "Load a model (LM Studio: load one in the app, or type: lms load MODEL) and try again."
        message = f"the model server at {url} has no model loaded ({shown})"
        hope = Hope.AGAIN | Hope.ELSEWHERE | Hope.RELOADED
        return ModelError(message, fix=fix, code="model-refused", hope=hope)
    if _NOT_FOUND.search(text) or status == 404:
        fix = "Type: geoflow model list, and set GEOFLOW_LLM__MODEL to one of the names there."
        message = f"the model server at {url} does not have that model ({shown})"
        return ModelError(message, fix=fix, code="model-refused", hope=Hope.ELSEWHERE)
    fix = "Look into the server's log, reload the model there and try again."
    passing = status is None or status >= 500 or status == 429
    hope = Hope.AGAIN | Hope.ELSEWHERE if passing else Hope.NONE
    return ModelError(f"the model server at {url} failed ({shown})", fix=fix, code="model-refused", hope=hope)


def none_of(failures: Sequence[GeoflowError]) -> GeoflowError:
    """Join what several servers failed with; one failure stays as it is.

    The code and the fix are those of the first server that answered at all.
    """
    if len(failures) == 1:
        return failures[0]
    told = next((failure for failure in failures if failure.code != "model-unreachable"), failures[0])
    reasons = "; ".join(failure.message for failure in failures)
    message = f"none of {len(failures)} model servers can answer: {reasons}"
    return GeoflowError(message, fix=told.fix, code=told.code, exit_code=told.exit_code)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else f"{flat[:_SHOWN]}..."
