"""What a piece of a run took."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """What a piece of a run took: calls of the model, tokens, and seconds of the clock.

    Replies that are recalled count with the tokens and seconds that they took when they came.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def since(self, mark: "Taken") -> "Taken":
        """Give what was taken after a mark."""
        return Taken(
            self.calls - mark.calls,
            self.prompt_tokens - mark.prompt_tokens,
            self.completion_tokens - mark.completion_tokens,
            round(self.seconds - mark.seconds, 4),
        )

    def with_more(self, more: "Taken") -> "Taken":
        """Add what was taken elsewhere."""
        return Taken(
            self.calls + more.calls,
            self.prompt_tokens + more.prompt_tokens,
            self.completion_tokens + more.completion_tokens,
            self.seconds + more.seconds,
        )

    def document(self) -> dict[str, float | int]:
        """Give the fields that scripts see."""
        return asdict(self)


NOTHING_TAKEN = Taken()
