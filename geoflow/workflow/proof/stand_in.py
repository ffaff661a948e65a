"""A stand-in for a small model: it reads the prompt, does what the instruction says, and errs by seeded rates."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from geoflow.errors import GeoflowError
from geoflow.ports import ChatReply, ChatRequest, Usage
from geoflow.quality.prompt_size import estimated_tokens, message_tokens

_TAKE_OUT = re.compile(r"Take out the words? “(?P<quote>.+?)”")
_EITHER = re.compile(r"Write “or” or “and” in place of “(?P<quote>.+?)”")
_STANDS_FOR = re.compile(r"Put the thing that “(?P<quote>.+?)” stands for in its place\. It is one of: (?P<names>.+)\.")
_OBLIGE = re.compile(r"Put (?P<word>SHALL|MUST) before the main verb")
_WEAK = re.compile(r"\b(?:should|will)\b")
_SAID = re.compile(
    r"Proposal:\n`+\w*\n(?P<proposal>.*?)\n`+.*?(?P<kind>Merged|Rejected, because):\n`+\w*\n(?P<said>.*?)\n`+",
    re.DOTALL,
)
_LAST_CLAUSE = re.compile(r"(?:,| and| or| when| if| within| after| before| from| with| to| in) [^,.]{4,}(?=\.?\s*\Z)")
_INVENTED = " properly"


class Rates(NamedTuple):
    """Shares of replies that go wrong: the words stay, a clause goes with them, a word comes with them."""

    keeps: float
    drops: float
    invents: float

    def times(self, factor: float) -> "Rates":
        """Give the rates, so many times as high."""
        return Rates(*(min(0.3, one * factor) for one in self))


# Of eight edits of a model of 1.5 billion weights five were right, two dropped meaning, one kept the vagueness.
SPAN = Rates(keeps=0.12, drops=0.22, invents=0.05)
REWORD = Rates(keeps=0.10, drops=0.15, invents=0.12)
_EASIER, _HARDER = 0.5, 1.5
_HEEDED = 0.3
"""Where a lesson speaks of it, so much of the errors is left."""


_CARE, _MUST, _HARM = "every other word", "Write MUST", "when in doubt"
_HARMED = 0.3
_BAD_LESSONS = 0.25
"""So many of its lessons are harmful: a model that reflects is the same small model."""


class StandIn:
    """A `ChatModel` that answers the prompts of improve's span edits; equal prompts get equal replies.

    Args:
        seed: The same seed errs at the same prompts.
    """

    name = "stand-in"
    backend = "openai-compatible"
    context_tokens = 32_768

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request; GeoflowError `model-reply-invalid` for a prompt that it was not made for."""
        asked = request.messages[-1].content
        sentence = _line(asked, "Sentence:")
        properties = (request.schema or {}).get("properties", {})
        if "lesson" in properties:
            return self._reply(request, _lesson_of(asked, self._draw(asked)))
        if not sentence or not ({"old_span", "sentence"} & set(properties)):
            raise GeoflowError(
                f"The stand-in has no answer to the prompt {request.prompt}.", code="model-reply-invalid"
            )
        rewords = "old_span" not in properties
        old, new = self._edit(sentence, asked, rewords=rewords)
        value = {"sentence": _replaced(sentence, old, new)} if rewords else {"old_span": old, "new_span": new}
        return self._reply(request, value)

    def _reply(self, request: ChatRequest, value: Mapping[str, str]) -> ChatReply:
        text = json.dumps(value, ensure_ascii=False)
        taken = sum(message_tokens(message.content) for message in request.messages)
        usage = Usage(taken, estimated_tokens(text), None)
        return ChatReply(text, _cut(value, (request.schema or {})["properties"]), self.name, usage)

    def _edit(self, sentence: str, asked: str, *, rewords: bool) -> tuple[str, str]:
        """Give the words to replace and what takes their place, right or wrong."""
        lesson = _lesson(asked)
        found = _right(sentence, _line(asked, "Instruction:"), must=_MUST in lesson)
        if found is None:
            return sentence, sentence
        old, new, places = found
        rates = (REWORD if rewords else SPAN).times(_ease(sentence, old, rewords=rewords, places=places))
        if _CARE in lesson:
            rates = rates.times(_HEEDED)
        if _HARM in lesson:
            rates = rates._replace(keeps=_HARMED)
        draw = self._draw(f"{rewords}\0{asked}")
        if draw < rates.keeps:
            return old, old
        if draw < rates.keeps + rates.drops:
            return _with_clause(sentence, old, new)
        return (old, new + _INVENTED) if draw < sum(rates) else (old, new)

    def _draw(self, text: str) -> float:
        return int.from_bytes(sha256(f"{self._seed}\0{text}".encode()).digest()[:6]) / 2**48


def _with_clause(sentence: str, old: str, new: str) -> tuple[str, str]:
    """Let the last clause behind the words go with them; without one nothing more goes."""
    start = sentence.find(old)
    clause = _LAST_CLAUSE.search(sentence, start + len(old))
    if clause is None:
        return old, new
    return sentence[start : clause.end()], new + sentence[start + len(old) : clause.start()]


def _right(sentence: str, instruction: str, *, must: bool) -> tuple[str, str, bool] | None:
    """Give the right edit, and whether it puts a word in; None where the instruction cannot be followed."""
    if match := _TAKE_OUT.search(instruction):
        # The comma that held the words goes with them.
        old = next((text for text in (f", {match['quote']}", match["quote"]) if text in sentence), "")
        return (old, "", False) if old else None
    if match := _EITHER.search(instruction):
        return (match["quote"], "or", True) if match["quote"] in sentence else None
    if match := _STANDS_FOR.search(instruction):
        names = re.findall(r"“(.+?)”", match["names"])
        return (match["quote"], names[-1], True) if names and match["quote"] in sentence else None
    oblige = _OBLIGE.search(instruction)
    weak = _WEAK.search(sentence) if oblige else None
    if oblige is None or weak is None:
        return None
    behind = sentence[weak.end() :].split(" ")[1:2]  # the next word makes the span stand there once
    tail = f" {behind[0]}" if behind else ""
    return weak.group() + tail, ("MUST" if must else oblige["word"]) + tail, True


def _ease(sentence: str, old: str, *, rewords: bool, places: bool) -> float:
    """Say how much easier or harder than usual an edit is, this way."""
    if places:
        return _HARDER if rewords else _EASIER
    at_end = sentence.rstrip(" .").endswith(old.rstrip(" ."))
    return (_EASIER if rewords else _HARDER) if at_end else 1.0


def _replaced(sentence: str, old: str, new: str) -> str:
    return re.sub(r" +([.,;])", r"\1", " ".join(sentence.replace(old, new, 1).split()))


def _lesson_of(asked: str, draw: float) -> dict[str, str]:
    """Write the lesson of a proposal and what a person did with it: a fitting one, an idle one or a harmful one."""
    found = _SAID.search(asked)
    proposal, kind, said = (found["proposal"], found["kind"], found["said"]) if found else ("", "", "")
    quote = " ".join(proposal.split()[:4])
    if draw < _BAD_LESSONS:
        return {"quote": quote, "advice": "do", "lesson": f"Leave the words as they are {_HARM}."}
    if kind == "Merged" and "MUST" in said and "MUST" not in proposal:
        return {"quote": "MUST", "advice": "do", "lesson": f"{_MUST}, not SHALL."}
    if said.startswith(("drops", "brings in")):
        return {"quote": quote, "advice": "do", "lesson": f"Keep {_CARE} as it was."}
    return {"quote": quote, "advice": "do", "lesson": "Keep the sentence short."}


def _line(asked: str, name: str) -> str:
    found = next((line for line in asked.splitlines() if line.startswith(name)), "")
    return found.removeprefix(name).strip()


def _lesson(asked: str) -> str:
    """Give what the prompt says as a lesson: the lines from the one that names it on."""
    lines = asked.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith("Learnt here:")), len(lines))
    return " ".join(lines[start:])


def _cut(value: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    # The reply is forced into its form, as a server forces a model's.
    return {name: text[: properties[name].get("maxLength", len(text))] for name, text in value.items()}
