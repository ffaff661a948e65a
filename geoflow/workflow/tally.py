"""What a run has taken so far, counted from any number of threads."""

from dataclasses import dataclass, field
from threading import Lock

from geoflow.ports import ChatReply, ChatRequest
from geoflow.workflow.hearing import Hearing
from geoflow.workflow.taken import NOTHING_TAKEN, Taken


@dataclass
class Tally:
    """Calls, tokens and seconds of the model, as they are taken.

    What was asked ahead counts when it is asked; `unused` is what of it the run has not come to. `recalled` is what the
    part of the run that was killed took. Whoever decides by the counts and changes them holds the `lock` meanwhile.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    model_seconds: float = 0.0
    unused: Taken = NOTHING_TAKEN
    recalled: Taken = NOTHING_TAKEN
    lock: Lock = field(default_factory=Lock)
    _writing_seconds: float = 0.0
    _fastest: dict[str, float] = field(default_factory=dict)
    _under_way: list[Hearing] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """Give the tokens of all calls that came to their end."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def promised(self) -> int:
        """Give these tokens with the most that the calls under way may take."""
        return self.tokens + sum(hearing.most for hearing in self._under_way)

    def fastest(self, prompt: str) -> float:
        """Give the seconds of the fastest call of this prompt so far; 0.0 where there was none."""
        return self._fastest.get(prompt, 0.0)

    def used(self) -> tuple[int, int]:
        """Give the calls and tokens that the run has come to."""
        with self.lock:
            return (
                self.calls - self.unused.calls,
                self.tokens - self.unused.prompt_tokens - self.unused.completion_tokens,
            )

    def begin(self, hearing: Hearing) -> None:
        """Count a call that begins; the lock is held."""
        self.calls += 1
        self.unused = self.unused.with_more(Taken(1)) if hearing.is_ahead else self.unused
        self._under_way.append(hearing)

    def recall(self, took: Taken, *, ahead: bool) -> None:
        """Count a reply that was recalled; the lock is held."""
        self.recalled = self.recalled.with_more(took)
        self.unused = self.unused.with_more(took) if ahead else self.unused

    def come_to(self, took: Taken) -> None:
        """Count what was asked ahead as used."""
        with self.lock:
            self.unused = self.unused.since(took)

    def end(self, request: ChatRequest, reply: ChatReply, hearing: Hearing, seconds: float) -> None:
        """Count what a call took that was answered."""
        with self.lock:
            self._under_way.remove(hearing)
            self.model_seconds += seconds
            self._writing_seconds += hearing.seconds or max(reply.seconds - (reply.first_token_seconds or 0.0), 0.0)
            self._fastest[request.prompt] = min(seconds, self._fastest.get(request.prompt, seconds))
            self.prompt_tokens += reply.usage.prompt
            self.completion_tokens += reply.usage.completion
            self.cached_tokens += reply.usage.cached or 0
            if hearing.is_ahead:
                self.unused = self.unused.with_more(Taken(0, reply.usage.prompt, reply.usage.completion))

    def fail(self, hearing: Hearing, seconds: float) -> None:
        """Count what a call took that was not answered."""
        with self.lock:
            self._under_way.remove(hearing)
            self.model_seconds += seconds
            self._writing_seconds += hearing.seconds
            self.completion_tokens += hearing.tokens

    def taken(self, seconds: float) -> Taken:
        """Give what was taken in these seconds, what was recalled included and what was asked ahead left out."""
        with self.lock:
            asked = Taken(self.calls, self.prompt_tokens, self.completion_tokens, seconds)
            return asked.with_more(self.recalled).since(self.unused)

    def writing(self) -> tuple[int, float]:
        """Give the tokens that models wrote, those that are just coming included, and the seconds it took them."""
        with self.lock:
            heard = sum(hearing.tokens for hearing in self._under_way)
            seconds = self._writing_seconds + sum(hearing.seconds for hearing in self._under_way)
        return self.completion_tokens + heard, seconds
