"""The YAML of a question file as it was written: every scalar a text, every value with its line."""

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from geoflow.errors import GeoflowError

LARGEST = 1_000_000
"""Bytes of a question file; a larger one is not read."""
_SHOWN = 60
_NULL = "tag:yaml.org,2002:null"
_UNHELD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


class UnreadableQuestionError(GeoflowError):
    """A question file is there and cannot be read as one.

    Args:
        path: The file, relative to the root.
        line: The line to blame, from 1; 0 where none is.
        reason: What is wrong, a clause.
    """

    def __init__(self, path: str, line: int, reason: str) -> None:
        place = f"{path}:{line}" if line else path
        super().__init__(f"{place}: {reason}", fix="Mend it there and try again.", code="question-unreadable")
        self.path = path
        self.line = line
        self.reason = reason


class NotYamlError(Exception):
    """A text is no YAML; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def held_text(text: str) -> str:
    """Give a text as a question file holds it: control characters and lone surrogates are U+FFFD there.

    Tabs and line ends of all kinds stay.
    """
    return _UNHELD.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a YAML document; `name` is the field that it stands in, as people are told."""

    path: str
    name: str
    node: Any

    @property
    def line(self) -> int:
        """Give the line on which it begins, from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def is_nothing(self) -> bool:
        """Tell whether nothing was written, or YAML's word for it."""
        return self.node.id == "scalar" and str(self.node.tag) == _NULL

    def wrong(self, reason: str) -> UnreadableQuestionError:
        """Make an error that blames this value."""
        return UnreadableQuestionError(self.path, self.line, reason)

    def text(self) -> str:
        """Read it as a text, whatever type YAML would see in it: a date, a number and `no` are what was typed."""
        if self.node.id != "scalar":
            raise self.wrong(f"`{self.name}` must be a text, and is {_kind(self.node)}")
        return held_text(str(self.node.value))

    def word(self, known: Sequence[str]) -> str:
        """Read it as one of a few words."""
        word = self.text()
        if word not in known:
            shown = ", ".join(known)
            raise self.wrong(f"`{self.name}` is {_quoted(word)}, which is none of: {shown}{near(word, known)}")
        return word

    def items(self) -> list[Self]:
        """Read it as a list."""
        if self.is_nothing:
            return []
        if self.node.id != "sequence":
            raise self.wrong(f"`{self.name}` must be a list, and is {_kind(self.node)}")
        return [type(self)(self.path, self.name, node) for node in self.node.value]

    def texts(self) -> tuple[str, ...]:
        """Read it as a list of texts."""
        return tuple(item.text() for item in self.items())

    def fields(self, known: Sequence[str], repeated: Collection[str] = ()) -> dict[str, Self]:
        """Read it as named fields; one without a value is absent.

        Args:
            known: The names that there are.
            repeated: Names of which the first counts, because a merge of two branches leaves both.
        """
        if self.node.id != "mapping":
            raise self.wrong(f"`{self.name}` must have {_listed(known)} below it, and is {_kind(self.node)}")
        found: dict[str, Self] = {}
        for key, node in self.node.value:
            name = type(self)(self.path, self.name, key).text()
            value = type(self)(self.path, name, node)
            if name not in known:
                raise UnreadableQuestionError(
                    self.path, _line(key), f"unknown field {_quoted(name)}{near(name, known)}"
                )
            if name in found and name not in repeated:
                raise UnreadableQuestionError(self.path, _line(key), f"`{name}` stands there twice")
            if not (value.is_nothing and node.value == ""):
                found.setdefault(name, value)
        return found


def document(path: str, content: bytes) -> Value:
    """Parse a question file without giving its values types; GeoflowError `question-unreadable`."""
    if len(content) > LARGEST:
        raise UnreadableQuestionError(path, 0, f"it is larger than such a file can be ({LARGEST} bytes)")
    try:
        node = compose(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableQuestionError(path, line, "it is not UTF-8") from None
    except RecursionError:
        raise UnreadableQuestionError(path, 0, "it is not YAML: it is nested too deeply") from None
    except NotYamlError as error:
        raise UnreadableQuestionError(path, error.line, f"it is not YAML: {error}") from None
    if node is None:
        raise UnreadableQuestionError(path, 0, "it has no `question:` text")
    return Value(path, "the file", node)


def compose(text: str) -> Any:
    """Parse YAML into nodes with their places; None for an empty text, NotYamlError where it is none."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYamlError(
            mark.line + 1 if mark else 0, " ".join(str(error.problem or error.context).split())
        ) from None
    except YAMLError as error:
        character = getattr(error, "character", None)
        position = getattr(error, "position", 0)
        reason = "it holds a control character" if character is not None else "it cannot be parsed"
        raise NotYamlError(text.count("\n", 0, position) + 1, reason) from None


def near(word: str, known: Iterable[str]) -> str:
    """Suggest the name that was meant, as the end of a sentence; empty where none is near."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean `{found[0]}`?" if found else ""


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _kind(node: Any) -> str:
    return {"scalar": "a text", "sequence": "a list", "mapping": "a set of fields"}.get(node.id, "something else")


def _quoted(text: str) -> str:
    return f'"{text[:_SHOWN]}{"..." if len(text) > _SHOWN else ""}"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
