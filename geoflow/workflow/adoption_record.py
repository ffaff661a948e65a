"""An adopted item in the record of a run: all that it takes to take or leave it later, and to see what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from geoflow.workflow.adopted_item import STRATEGY, AdoptedItem, adoption_id


@dataclass(frozen=True, slots=True)
class RecordedAdoption:
    """An item of a kept run that was put into OpenSpec form, in one commit.

    `source` is the digest of all its files as they were, `before` the text of those that were replaced or removed and
    `after` that of all that were written, {path: text}; `renamed` tells the old path of a written file. `asked` are the
    files of those of its `questions` that were written, `asked_texts` what these ask. `why` says what was wrong with
    its form, a line for each finding.
    A run that was kept by an earlier version has no more than `item` and `commit`.
    """

    item: str
    commit: str
    prompt: str = ""
    findings: tuple[tuple[str, str], ...] = ()
    why: tuple[str, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    asked_texts: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Give the id by which it is decided on and judged."""
        return adoption_id(self.item)

    @property
    def name(self) -> str:
        """Give the item's own name, without its kind."""
        return self.item.partition("/")[2]

    @property
    def strategy(self) -> str:
        """Tell how it was made."""
        return STRATEGY

    @property
    def folder(self) -> str:
        """Give where the item lies, with a slash behind."""
        kind, _, name = self.item.partition("/")
        return f"openspec/{'specs' if kind == 'spec' else 'changes'}/{name}/"

    @property
    def can_be_taken(self) -> bool:
        """Tell whether the record holds what it takes to take it by itself."""
        return bool(self.after or self.removed)

    @property
    def files(self) -> dict[str, tuple[str | None, str | None]]:
        """Give each changed file as it was and as it is: None where it is not there, a renamed one under both names."""
        shown: dict[str, tuple[str | None, str | None]] = {path: (self.before.get(path), None) for path in self.removed}
        return shown | {path: (self.before.get(path), text) for path, text in self.after.items()}


def source_of(files: Mapping[str, str]) -> str:
    """Give the digest of an item's files, {path: text}: it is another one when one of them comes, goes or changes."""
    told = "\0".join(f"{path}\0{text}" for path, text in sorted(files.items()))
    return sha256(told.encode("utf-8", "surrogateescape")).hexdigest()


def adoption_fields(item: AdoptedItem) -> dict[str, Any]:
    """Give what a record keeps of an item beside what `geoflow.improve/1` has of it."""
    made = item.adopted
    replaced = [*made.removed, *made.replaced]
    return {
        "source": source_of(item.own),
        "before": {path: item.own[path] for path in replaced if path in item.own} if item.commit else {},
        "after": made.texts if item.commit else {},
        "renamed": {new: old for old, new in made.renamed.items()},
        "asked": dict(item.asked),
        "asked_texts": [one.text for one in item.stored if one.path in item.asked],
        "questions": [one.text for one in made.questions],
    }


def read_adoption(found: Mapping[str, Any]) -> RecordedAdoption:
    """Read it as a record has it; ValueError, KeyError or TypeError where it has another form."""
    findings = found.get("findings", [])
    figures = found.get("figures", {})
    commit = _text(found["commit"])
    if not all(isinstance(count, int) for count in figures.values()) or not commit.isalnum():
        raise ValueError("figures or commit")
    return RecordedAdoption(
        item=_text(found["item"]),
        commit=commit,
        prompt=_text(found.get("prompt", "")),
        findings=tuple((_text(one["id"]), _text(one["code"])) for one in findings),
        why=tuple(f"{_text(one['code'])} {_text(one['message'])}" for one in findings),
        figures=dict(figures),
        source=_text(found.get("source", "")),
        before=_texts(found.get("before", {})),
        after=_texts(found.get("after", {})),
        removed=tuple(map(_text, found.get("removed", []))) if "after" in found else (),
        renamed=_texts(found.get("renamed", {})),
        asked=_texts(found.get("asked", {})),
        asked_texts=tuple(map(_text, found.get("asked_texts", []))),
        questions=tuple(map(_text, found.get("questions", []))),
    )


def _texts(found: Mapping[str, Any]) -> dict[str, str]:
    return {path: _text(text) for path, text in found.items()}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
