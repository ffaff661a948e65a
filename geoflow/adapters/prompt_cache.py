"""What the embedded engine has read of a prompt's stable beginning, kept on disk so that no restart loses it.

The engine writes and reads the files itself, by name, in the folder that it was started with. Each holds one slot:
the tokens of a whole call and their state. The next call with the same beginning goes on from there.
"""

import hashlib
import http.client
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from geoflow.adapters.embedded_state import UNLOAD_SECONDS, ServerState
from geoflow.ports import ChatReply, ChatRequest
from geoflow.quality.prompt_size import estimated_tokens

LARGEST = 500_000_000
"""Bytes of all kept prompts together; what was not used for longest goes first."""
LEAST = 100
"""Tokens below which a beginning is read as quickly as it is restored."""
_SECONDS = 2.0  # of waiting for a server that another command keeps busy; it takes some milliseconds
_SUFFIX = ".slot"
_HEAD = 1 << 20  # bytes of a model file that tell it from others
_SHORT_OF_SLEEP = 15.0
_STALE = 86_400.0


@dataclass(frozen=True, slots=True)
class PromptCache:
    """The kept prompts of one embedded server, whichever command asks it.

    Failures are never told: without the cache a call takes longer, and that is all.

    Args:
        folder: Where the files lie, the one that the server was started with; readable by this user only.
        server: The server as it runs.
        model_file: Its model.
        context_tokens: Its context; the state of another size does not fit.
        largest: Bytes of all files together.
    """

    folder: Path
    server: ServerState
    model_file: Path
    context_tokens: int
    largest: int = LARGEST

    def before(self, request: ChatRequest) -> str:
        """Restore the request's beginning where this server has not read it yet; its key, empty where it is too short.

        What stood in the slot is lost by that, so it counts as not read from then on.
        """
        key = self._key(request)
        if not key:
            return ""
        loaded = self._loaded()
        if key not in loaded and (self.folder / key).is_file() and self._act("restore", key):
            with suppress(OSError):
                (self.folder / key).touch()
            self._remember([*loaded[:-1], key])
        return key

    def after(self, key: str, request: ChatRequest, reply: ChatReply) -> threading.Thread | None:
        """Keep what was just read, in a thread of its own; a file that turned out to be of no use is written anew."""
        if not key:
            return None
        loaded = self._loaded()
        self._remember([*(other for other in loaded if other != key), key])
        stable = sum(estimated_tokens(message.content) for message in request.messages[: request.stable])
        useless = reply.attempts == 1 and reply.usage.cached is not None and reply.usage.cached < stable / 2
        if (self.folder / key).is_file() and not (useless and key in loaded):
            return None
        writing = threading.Thread(target=self._keep, args=(key,), name="prompt-cache")
        writing.start()
        return writing

    def _keep(self, key: str) -> None:
        if not self._act("save", key):
            return
        with suppress(OSError):
            for note in self.folder.glob("*.json"):  # of servers that are gone
                if time.time() - note.stat().st_mtime > _STALE:
                    note.unlink(missing_ok=True)
            kept = [(file.stat(), file) for file in self.folder.iterdir() if file.suffix == _SUFFIX]
            total = sum(found.st_size for found, _ in kept)
            for found, file in sorted(kept, key=lambda one: one[0].st_mtime):
                if total <= self.largest:
                    return
                file.unlink(missing_ok=True)
                total -= found.st_size

    def _key(self, request: ChatRequest) -> str:
        stable = [(message.role, message.content) for message in request.messages[: request.stable]]
        if sum(estimated_tokens(content) for _, content in stable) < LEAST:
            return ""
        identity = [_engine(), _model_identity(self.model_file), self.context_tokens, stable]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32] + _SUFFIX

    def _loaded(self) -> list[str]:
        """List the keys that the server has read since it started or last gave its memory back; the last one last."""
        note = self._note()
        try:
            if time.time() - note.stat().st_mtime > UNLOAD_SECONDS - _SHORT_OF_SLEEP:
                return []
            return [str(key) for key in json.loads(note.read_text("utf-8"))]
        except (OSError, ValueError, TypeError):
            return []

    def _remember(self, keys: list[str]) -> None:
        note = self._note()
        with suppress(OSError):
            note.write_text(json.dumps(keys), "utf-8")

    def _note(self) -> Path:
        return self.folder / f"{self.server.pid}-{int(self.server.created)}.json"

    def _act(self, action: str, key: str) -> bool:
        address = urlsplit(self.server.base_url)
        connection = http.client.HTTPConnection(address.netloc, timeout=_SECONDS)
        headers = {"Authorization": f"Bearer {self.server.api_key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", f"/slots/0?action={action}", json.dumps({"filename": key}), headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if action == "restore" and status == 400:  # torn
            with suppress(OSError):
                (self.folder / key).unlink(missing_ok=True)
        return status == 200


def _engine() -> str:
    return version("xllamacpp")


def _model_identity(file: Path) -> list[object]:
    """Tell a model file from every other one without reading its gigabytes: its size, its time, its beginning."""
    found = file.stat()
    with file.open("rb") as opened:
        head = hashlib.sha256(opened.read(_HEAD)).hexdigest()
    return [found.st_size, found.st_mtime_ns, head]
