"""Adopted items in a triage: each is taken as a whole, in a person's own words or not at all, with its questions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from geoflow.errors import GeoflowError
from geoflow.openspec import validate
from geoflow.ports import NewCommit, Repository
from geoflow.questions.question import FOLDER
from geoflow.workflow.adoption_record import RecordedAdoption, source_of
from geoflow.workflow.run_record import RecordedRun
from geoflow.workflow.triage_commits import adoption_message, questions_message
from geoflow.workflow.triage_decisions import Decision

ARCHIVE = "openspec/changes/archive/"


@dataclass(frozen=True, slots=True)
class TakenItem:
    """An adopted item that is taken: what is written ({path: text}, None: removed), and who put it in other words."""

    adoption: RecordedAdoption
    texts: Mapping[str, str | None]
    edited_by: str = ""

    def on(self, files: Mapping[str, str]) -> dict[str, str]:
        """Give the documents with those of the item in their place."""
        left = {path: text for path, text in files.items() if path not in self.texts}
        return left | {path: text for path, text in self.texts.items() if text is not None}


def must_fit(run: RecordedRun, files: Mapping[str, str]) -> None:
    """Raise GeoflowError `run-unreadable` where the adopted items do not fit the base: anybody may have pushed them.

    Args:
        run: The run.
        files: The documents of its base, {path: text}.
    """
    for adoption in run.adoptions:
        if wrong := _misfit(adoption, run, files):
            raise GeoflowError(
                f"The record of the run {run.name} does not fit its base: {wrong[:200]}.",
                fix="Run improve again: geoflow improve",
                code="run-unreadable",
            )


def taken_items(run: RecordedRun, made: Mapping[str, Decision], author: str) -> list[TakenItem]:
    """Give the items that are accepted or edited."""
    taken = []
    for adoption in run.adoptions:
        decision = made.get(adoption.id)
        if decision and decision.kind != "reject":
            texts: dict[str, str | None] = {**dict.fromkeys(adoption.removed), **adoption.after}
            own = decision.kind == "edit"
            taken.append(TakenItem(adoption, texts | dict(decision.files), author if own else ""))
    return taken


def _misfit(adoption: RecordedAdoption, run: RecordedRun, files: Mapping[str, str]) -> str:
    paths = [*adoption.after, *adoption.removed, *adoption.before]
    outside = next((path for path in paths if not _is_below(path, adoption.folder)), "")
    asked = next((path for path in adoption.asked if not _is_below(path, f"{FOLDER}/")), "")
    if outside or asked:
        return f"{outside or asked} is no file of {adoption.item}"
    if any(edit.path.startswith(adoption.folder) for edit in run.edits):
        return f"it adopts {adoption.item} and edits it too"
    own = {path: text for path, text in files.items() if path.startswith(adoption.folder)}
    same = source_of(own) == adoption.source and all(own.get(path) == text for path, text in adoption.before.items())
    return "" if same else f"{adoption.item} reads otherwise there"


def _is_below(path: str, folder: str) -> bool:
    parts = path.split("/")
    return path.startswith(folder) and not path.startswith(ARCHIVE) and not {"", ".", ".."} & set(parts)


def fault_among(items: Iterable[TakenItem], files: Mapping[str, str]) -> tuple[str, str] | None:
    """Find the first item with which strict validation finds fault: its name, and what is wrong.

    Args:
        items: The items.
        files: The documents with those of the items in their places, {path: text}.
    """
    reports = {f"{one.type}/{one.id}": one.issues for one in validate(files)}
    for item in items:
        issues = reports.get(item.adoption.item)
        if issues is None:
            return item.adoption.item, "it is no item any more"
        if found := next((issue.message for issue in issues if issue.level != "INFO"), ""):
            return item.adoption.item, found
    return None


def write_items(
    repository: Repository, tip: str, run: RecordedRun, items: list[TakenItem]
) -> tuple[str, dict[str, tuple[str, str]]]:
    """Write a commit an item, and one for its questions; the last one, and both of each item by its id."""
    ids = repository.commit_all(tip, [one for item in items for one in _commits(item, run)])
    left = iter(ids)
    # The order is that of `_commits`: the item, then its questions, if it has any.
    commits = {item.adoption.id: (next(left), next(left) if item.adoption.asked else "") for item in items}
    return [tip, *ids][-1], commits


def _commits(item: TakenItem, run: RecordedRun) -> Iterator[NewCommit]:
    adoption = item.adoption
    changes = {path: text if text is None else _bytes(text) for path, text in item.texts.items()}
    yield NewCommit(changes, adoption_message(adoption, run, item.edited_by))
    if adoption.asked:
        yield NewCommit({path: _bytes(text) for path, text in adoption.asked.items()}, questions_message(adoption, run))


def item_rows(
    run: RecordedRun, made: Mapping[str, Decision], commits: Mapping[str, tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """Give each adopted item and what was decided on it as scripts see it."""
    for one in run.adoptions:
        decision = made.get(one.id)
        commit, asked_in = commits.get(one.id, ("", ""))
        yield {
            "id": one.id,
            "item": one.item,
            "findings": [{"id": key, "code": code} for key, code in one.findings],
            "strategy": one.strategy,
            "prompt": one.prompt,
            "figures": dict(one.figures),
            "files": [{"path": path, "old": old, "new": new} for path, (old, new) in one.files.items()],
            "questions": list(one.questions),
            "decision": decision.kind if decision else "",
            "reason": decision.reason if decision else "",
            "commit": commit,
            "asked_in": asked_in,
        }


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
