"""Words that are due for the lexicon, from what became of past edits and of the objections of roles."""

from collections.abc import Iterator, Mapping, Sequence

from geoflow.improvement.induction import Drop, Judged, LearntWord, Objected, fresh, let_stand, ruled_out
from geoflow.openspec.layout import CHANGES
from geoflow.ports import LearntFiles
from geoflow.quality.project_lexicon import ABOUT_WORDS, folded
from geoflow.questions.review_round import Response, Round
from geoflow.workflow.learn_record import Offered
from geoflow.workflow.outcomes import EditOutcome, Past, RunOutcome

_SETTLED = {"merged", "merged-edited"}
_ROLES = "GF5"
"""How the codes of what a role finds begin."""


def due_words(
    past: Past, told: Sequence[RunOutcome], files: Mapping[str, str], stored: LearntFiles, offered: Offered
) -> list[LearntWord]:
    """Find the words that were learnt and never offered, in a fixed order; `files` are those of the checked-out commit.

    Raises:
        GeoflowError: `lexicon-invalid`.
    """
    known = stored.lexicon(files)
    found = ruled_out(_drops(told), _objected(past, files), known) + let_stand(_judged(told), known)
    return fresh(found, offered.keys)


def _drops(told: Sequence[RunOutcome]) -> Iterator[Drop]:
    """Give each target whose edits are settled, with its text before the first of them and as it reads now."""
    for run in reversed(told):
        targets: dict[tuple[str, tuple[int, int]], list[EditOutcome]] = {}
        for one in run.edits:
            targets.setdefault((one.edit.path, one.edit.place), []).append(one)
        for (path, _), edits in targets.items():
            if all(one.outcome in _SETTLED for one in edits) and edits[0].now:
                yield Drop(
                    place=(path, edits[0].edit.requirement),
                    old=edits[0].edit.old,
                    new=edits[0].now,
                    quotes=tuple(one.edit.quote for one in edits),
                    edits=tuple(_name(run, one) for one in edits),
                )


def _judged(told: Sequence[RunOutcome]) -> Iterator[Judged]:
    for run in reversed(told):
        for one in run.edits:
            by_name = [said for said in one.said if said.kind == "person" and said.verdict == "reject"]
            if (one.outcome == "rejected" and by_name) or one.outcome in _SETTLED:
                edit, rejected = one.edit, one.outcome == "rejected"
                reason = by_name[-1].reason if rejected else ""
                yield Judged(_name(run, one), _capability(edit.path), edit.code, edit.quote, rejected, reason)


def _objected(past: Past, files: Mapping[str, str]) -> Iterator[Objected]:
    """Give what roles objected to in changes: gone where the change was made to do without, there where it was not."""
    events = {path: text for path, text in files.items() if path.startswith(CHANGES) and "/reviews/" in path}
    folders = sorted({path.partition("/reviews/")[0] + "/" for path in events})
    for folder in folders:
        # What a rule found as well is found by it the next time, too.
        said = past.events.read({path: text for path, text in events.items() if path.startswith(folder)}).events
        declined = {name for one in said if isinstance(one, Response) for name in one.declined}
        text = "\n".join(" ".join(files[path].split()) for path in files if path.startswith(f"{folder}specs/"))
        every = [finding for one in said if isinstance(one, Round) for finding in one.findings]
        by_rule = {folded(finding.quote) for finding in every if finding.code.startswith(ABOUT_WORDS)}
        for finding in every:
            if finding.code.startswith(_ROLES) and finding.quote and folded(finding.quote) not in by_rule:
                gone = finding.id not in declined and " ".join(finding.quote.split()) not in text
                yield Objected((folder, finding.requirement), finding.quote, finding.id, gone)


def _name(run: RunOutcome, one: EditOutcome) -> str:
    return f"{run.run.name}/{one.edit.id}"


def _capability(path: str) -> str:
    """Give the capability that a document is about: of `openspec/specs/door/spec.md`, and of a delta of it, `door`."""
    return path.rpartition("specs/")[2].removesuffix("/spec.md") if path.endswith("/spec.md") else ""
