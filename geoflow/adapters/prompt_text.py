"""What data looks like inside a prompt: fenced, and without the signs that some model servers read as commands."""

import re
from typing import Any

_BACKTICKS = re.compile(r"`{3,}")
# The marks with which chat templates separate roles and tool calls. Several servers tokenise them as such wherever
# they stand, so that a spec could end its own message and begin one of the system.
_ROLE_MARKS = re.compile(
    r"[<\[](?=[|\uff5c])"
    r"|<(?=/?(?:s|bos|eos|pad|unk|sop|think|tool_call|tool_calls|tool_response|tools|function_calls?|start_of_turn|"
    r"end_of_turn|start_of_image|seed:\w+)>)"
    r"|<(?=</?SYS>>)"
    r"|\[(?=/?(?:INST|TOOL_REQUEST|END_TOOL_REQUEST|TOOL_RESULTS?|END_TOOL_RESULTS?|TOOL_CALLS|AVAILABLE_TOOLS|"
    r"SYSTEM_PROMPT|MODEL_SETTINGS|TOOL_CONTENT|CALL_ID|ARGS|BOS|EOS|gMASK)\])",
    re.IGNORECASE,
)
_LINE_ENDS = re.compile(r"\r\n?")
# Control characters, halves of surrogate pairs, and the tags of Unicode: text that only the model would see.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\U000e0000-\U000e007f]")


def fenced(text: str) -> str:
    """Put data between backtick fences longer than any that stands in it."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"


def harmless(value: Any) -> Any:
    """Take from text what a model server could read as more than text; other values pass.

    A role mark gets a blank behind its bracket, an invisible character becomes U+FFFD. What a model quotes from there
    is not found in the document, and so leads to nothing.
    """
    if not isinstance(value, str):
        return value
    text = _UNSEEN.sub("\ufffd", _LINE_ENDS.sub("\n", value))
    return _ROLE_MARKS.sub(lambda mark: f"{mark.group()} ", text)
