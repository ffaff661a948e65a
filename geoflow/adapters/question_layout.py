"""How a question is laid out in its file, so that people can read it and git can merge it.

`openspec/questions/.gitattributes` lets git keep the lines of both sides (`merge=union`), and git takes lines that two
sides share for one. So each answer begins with a line that no other one has, its id, and ends with another, by the id
behind it; in between never more than three lines could be equal, which git does not split. What happens to an answer
later goes below its first line, away from where the next answer is added.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING, Any, TypeVar

from geoflow.adapters.question_nodes import held_text
from geoflow.questions.question import About, Mark, Question, Reply

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

OFFSET = 2
_WIDTH = 1 << 30  # no line is ever folded: a folded one would be several to a merge
_SHORT = 80
_NO_TEXTS = frozenset({"", "y", "n", "yes", "no", "on", "off"})  # to YAML 1.1
_PLAIN_ID = re.compile(r"[\w.-]{1,80}", re.ASCII)
_T = TypeVar("_T")


def held(value: _T) -> _T:
    """Give a question, or a part of one, with every text as a file holds it; see `held_text`."""
    if isinstance(value, str):
        return held_text(value)  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(map(held, value))  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: held(getattr(value, one.name)) for one in fields(value)})
    return value


def laid_out(question: Question) -> "CommentedMap":
    """Give the fields of a question in the order of the file; what is empty is left out."""
    asked = question.asked
    return _mapping(
        {
            "question": scalar(question.text),
            "asked": _mark(asked) if asked != Mark("", "") else None,
            "about": question.about and _about(question.about),
            "for": _listed(question.audience),
            "options": _listed(question.options),
            "route": _sequence([_texts_of(step, "route", "who", "came", "why") for step in question.route]),
            "withdrawn": question.withdrawn and _flow(_mark(question.withdrawn)),
            "answers": _sequence([laid_out_reply(reply) for reply in question.replies]),
        }
    )


def laid_out_reply(reply: Reply) -> "CommentedMap":
    """Give the fields of an answer in the order of the file."""
    evidence = [_flow(_texts_of(one, "path", "heading", "hash")) for one in reply.evidence]
    made = _mapping(
        {
            "id": scalar(reply.id),
            "confirmed": reply.confirmed and _flow(_mark(reply.confirmed)),
            "rejected": reply.rejected and _flow(_mark(reply.rejected)),
            "text": scalar(reply.text),
            "by": scalar(reply.name),
            "kind": None if reply.kind == "unknown" else reply.kind,
            "at": scalar(reply.at, quoted=True),
            "evidence": _flow(_sequence(evidence)) if evidence else None,
        }
    )
    if _PLAIN_ID.fullmatch(reply.id):
        for name in ("at", "evidence"):
            if name in made:
                made.yaml_add_eol_comment(reply.id, name, column=0)
    return made


def scalar(text: str, *, quoted: bool = False) -> str:
    """Give a text so that it is written on one line.

    It is in double quotes where it holds what cannot be seen, begins with a mark (`:0` inside braces is read as no
    text), or is what some reader of YAML takes for a number, a date, or yes and no.
    """
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    shown = held_text(text)
    is_plain = shown[:1].isalnum() and shown.isprintable() and shown.casefold() not in _NO_TEXTS and _is_text(shown)
    return shown if is_plain and not quoted else DoubleQuotedScalarString(shown)


def dumped(value: Mapping[str, object], offset: int = OFFSET) -> str:
    """Write YAML; the dashes of its lists stand this far to the right of the list's name."""
    text = StringIO()
    round_trip(offset).dump(value, text)
    return text.getvalue()


def round_trip(offset: int = OFFSET) -> Any:
    """Give a YAML reader and writer that keeps comments, quotes and order; what has no quotes is a text to it."""
    from ruamel.yaml import YAML, ScalarNode
    from ruamel.yaml.resolver import VersionedResolver

    class Untyped(VersionedResolver):
        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            is_text = kind is ScalarNode and implicit[0] and value
            return self.DEFAULT_SCALAR_TAG if is_text else super().resolve(kind, value, implicit)

    yaml = YAML()
    yaml.Resolver = Untyped
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = True  # of which the first counts, as where a question is read
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    yaml.width = _WIDTH
    return yaml


def _is_text(plain: str) -> bool:
    from ruamel.yaml import ScalarNode

    resolver = _typing_resolver()
    return bool(resolver.resolve(ScalarNode, plain, (True, False)) == resolver.DEFAULT_SCALAR_TAG)


@cache
def _typing_resolver() -> Any:
    from ruamel.yaml import YAML

    return YAML().resolver


def _mark(mark: Mark) -> "CommentedMap":
    reason = scalar(mark.reason) if mark.reason else None
    return _mapping({"by": scalar(mark.by), "at": scalar(mark.at, quoted=True), "reason": reason})


def _about(about: About) -> "CommentedMap":
    return _mapping({**_texts_of(about, "path", "requirement", "code", "quote"), "parts": _listed(about.parts)})


def _texts_of(value: object, first: str, *others: str) -> "CommentedMap":
    rest = {name: scalar(getattr(value, name)) for name in others if getattr(value, name)}
    return _mapping({first: scalar(getattr(value, first)), **rest})


def _listed(texts: Sequence[str]) -> "CommentedSeq | None":
    found = _sequence([scalar(text) for text in texts])
    return _flow(found) if found and sum(map(len, texts)) <= _SHORT else found


def _mapping(values: Mapping[str, object]) -> "CommentedMap":
    from ruamel.yaml.comments import CommentedMap

    return CommentedMap({name: value for name, value in values.items() if value is not None})


def _sequence(values: Sequence[object]) -> "CommentedSeq | None":
    from ruamel.yaml.comments import CommentedSeq

    return CommentedSeq(values) if values else None


def _flow(value: _T) -> _T:
    value.fa.set_flow_style()  # type: ignore[attr-defined]
    return value
