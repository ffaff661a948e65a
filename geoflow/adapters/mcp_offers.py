"""What an MCP server offers and answers, as plain values: bounded, in plain text, without its secrets."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoflow.adapters.mcp_config import ServerEntry
from geoflow.adapters.redaction import redacted
from geoflow.questions.tool import Tool, simple_form

if TYPE_CHECKING:
    from mcp.types import CallToolResult
    from mcp.types import Tool as OfferedTool

LONGEST_DESCRIPTION = 400
_NAME = re.compile(r"[A-Za-z0-9_./-]{1,128}")
_LARGEST_SCHEMA = 100_000  # characters
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))  # marks that reorder what is shown


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool as its server offers it. `form` is None where no model can be made to fill it in."""

    name: str
    description: str
    only_reads: bool
    form: Mapping[str, Any] | None

    def tool(self, server: str) -> Tool | None:
        """Give it as a model may call it; None where it cannot."""
        if self.form is None:
            return None
        return Tool(server, self.name, self.description, self.form, self.only_reads)


def offer_of(tool: "OfferedTool") -> Offer | None:
    """Take over a tool; None where its name is none."""
    if not _NAME.fullmatch(tool.name):
        return None
    hints = tool.annotations
    only_reads = bool(hints and hints.read_only_hint) and not (hints and hints.destructive_hint)
    return Offer(tool.name, one_plain_line(tool.description or "", LONGEST_DESCRIPTION), only_reads, _form(tool))


def _form(tool: "OfferedTool") -> Mapping[str, Any] | None:
    try:
        small = len(json.dumps(tool.input_schema)) <= _LARGEST_SCHEMA
    except (TypeError, ValueError, RecursionError):
        return None
    return simple_form(tool.input_schema) if small else None


def result_text(result: "CallToolResult", entry: ServerEntry, longest: int) -> str:
    """Give a result as text: its text blocks, else its structured content, else what kind of content it is."""
    blocks = [block.text[: longest + 1] for block in result.content if block.type == "text"]
    text = "\n".join(blocks) or _structured(result.structured_content)
    if not text.strip() and result.content:
        text = f"[{', '.join(sorted({block.type for block in result.content}))}]"
    secrets = [*entry.env.values(), *entry.headers.values()]
    return plain(redacted(text[: longest * 4], secrets), longest)


def _structured(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False) if content else ""


def plain(text: str, longest: int) -> str:
    """Take control characters and marks that turn text around out of it, and cut it."""
    kept = "".join(sign for sign in text[: longest * 2] if _is_seen(sign)).strip()
    return kept if len(kept) <= longest else kept[: max(longest - 1, 0)].rstrip() + "…"


def one_plain_line(text: str, longest: int) -> str:
    """Do the same on one line."""
    return plain(" ".join(text[: longest * 4].split()), longest)


def _is_seen(sign: str) -> bool:
    return sign in "\n\t" or (unicodedata.category(sign) not in {"Cc", "Cs"} and sign not in _TURNING)
