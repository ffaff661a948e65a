"""Which tools of which servers a model may call: the setting `tools.allow`."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """The words of the setting, each as `server:tool` or `server:*`; without a word nothing is allowed."""

    words: tuple[str, ...]

    def servers(self) -> tuple[str, ...]:
        """Name the servers of which something is allowed, in the order of the setting."""
        return tuple(dict.fromkeys(word.rpartition(":")[0] for word in self.words if word.rpartition(":")[0]))

    def allows(self, server: str, tool: str, *, only_reads: bool) -> bool:
        """Tell whether a tool may be called; the star stands only for tools that say they only read."""
        return f"{server}:{tool}" in self.words or (only_reads and f"{server}:*" in self.words)

    def complaints(self, servers: Collection[str]) -> dict[str, str]:
        """Say which words mean nothing: {server or word: why}."""
        found = {word: "tools.allow has it without a tool; write SERVER:TOOL" for word in self.words if ":" not in word}
        known = ", ".join(servers) or "no server"
        return found | {
            name: f"no mcp.json that counts has it; there is {known}" for name in self.servers() if name not in servers
        }
