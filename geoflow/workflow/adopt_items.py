"""Adopt what is hand-written: items that are not in OpenSpec form are put into it, each as a whole."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from geoflow.improvement.adopt import FORM, adopt, look_around
from geoflow.improvement.adopt_doubts import Around
from geoflow.improvement.adopt_page import Adopted, AdoptQuestion
from geoflow.improvement.gate_adopt import Adoption, AdoptVerdict, judge_adoption
from geoflow.openspec import Issue, Report, validate
from geoflow.ports import NewCommit, QuestionStore, Repository
from geoflow.questions.answer import question_id
from geoflow.questions.question import FOLDER, MOST_OPEN, About, Mark, Question
from geoflow.workflow.adopt_dialogue import LineDialogue
from geoflow.workflow.adopted_item import STRATEGY, AdoptedItem
from geoflow.workflow.adoption_history import RejectedItem
from geoflow.workflow.adoption_record import source_of
from geoflow.workflow.workbench import Workbench

BEING_ADOPTED = "its document is put into OpenSpec form by this run; the next run looks at its words"
LONGEST_SUBJECT = 100
MOST_PARTS = 400
"""A question about more parts names none: nobody answers for so many at once."""
_SETTINGS = ("openspec/config.yaml", "openspec/config.yml", "openspec/schemas/")


def adopt_items(
    bench: Workbench,
    files: Mapping[str, bytes],
    prefixes: tuple[str, ...],
    dialogue: LineDialogue | None = None,
    rejected: Sequence[RejectedItem] = (),
) -> list[AdoptedItem]:
    """Adopt every item below these paths whose form is wrong; the bench closes the documents of those that are.

    Args:
        bench: The documents at the base commit.
        files: All files there, archived ones included: names of requirements and words for a Purpose come from them.
        prefixes: How the paths begin of what shall be improved.
        dialogue: Asks the model about lines that code is not sure of; None where none answers.
        rejected: The items whose adoption people rejected; each is left while its files are as they were.
    """
    chosen = [report for report in bench.reports if _is_hand_written(report) and _place(report).startswith(prefixes)]
    if not chosen:
        return []
    around = look_around({path: data.decode("utf-8", "replace") for path, data in files.items()})
    unwanted = {(one.item, one.source): one.why_not for one in rejected}
    made = [_adopt(bench, report, around, (dialogue, unwanted)) for report in chosen]
    for one in made:
        if one.kept:
            folder = _folder(one.adopted.kind, one.adopted.id)
            bench.close([path for path in bench.files if path.startswith(folder)], BEING_ADOPTED)
    return made


def _is_hand_written(report: Report) -> bool:
    return any(issue.rule in FORM for issue in report.issues)


def _folder(kind: str, item: str) -> str:
    return f"openspec/{'specs' if kind == 'spec' else 'changes'}/{item}/"


def _place(report: Report) -> str:
    folder = _folder(report.type, report.id)
    return f"{folder}spec.md" if report.type == "spec" else folder


_Asked = tuple[LineDialogue | None, Mapping[tuple[str, str], str]]


def _adopt(bench: Workbench, report: Report, around: Around, asked: _Asked) -> AdoptedItem:
    dialogue, unwanted = asked
    folder = _folder(report.type, report.id)
    own = {path: text for path, text in bench.base_files.items() if path.startswith(folder)}
    findings = tuple(
        finding for finding in bench.findings if finding.code in FORM and finding.path.startswith(folder.rstrip("/"))
    )
    branch = bench.past.adopted.get(f"{report.type}/{report.id}", "")
    waits = f"it waits on the branch {branch}, in OpenSpec's form: merge it or delete it" if branch else ""
    waits = waits or unwanted.get((f"{report.type}/{report.id}", source_of(own)), "")
    unread = waits or next((why for why in map(bench.editable, own) if why), "")
    if unread:
        made = Adopted(report.type, report.id, why_not=unread)
        return AdoptedItem(made, findings, AdoptVerdict(()), own=own)
    made = adopt(report.type, report.id, own, around)
    prompt = ""
    if made.why_not and made.unsure and dialogue:
        obliging = dialogue.obligations(made.unsure)
        made = adopt(report.type, report.id, own, around, obliging) if obliging else made
        prompt = dialogue.prompt if obliging else ""
    verdict = AdoptVerdict(()) if made.why_not else judge_adoption(_adoption(bench, made, own, around))
    return AdoptedItem(made, findings, verdict, prompt=prompt, own=own)


def _adoption(bench: Workbench, made: Adopted, own: Mapping[str, str], around: Around) -> Adoption:
    left = {path: text for path, text in own.items() if path not in made.removed}
    touched = {path.split("/specs/")[1] for path in made.pages if made.kind == "change" and "/specs/" in path}
    beside = {
        path: text
        for path, text in bench.base_files.items()
        if path.startswith(_SETTINGS) or any(path == f"openspec/specs/{name}" for name in touched)
    }
    reports = validate(beside | left | made.texts)
    issues: tuple[Issue, ...] = next((one.issues for one in reports if (one.type, one.id) == (made.kind, made.id)), ())
    return Adoption(made, {**around.archive, **own}, tuple(issues))


def with_questions(
    items: Sequence[AdoptedItem], store: QuestionStore | None, known: Collection[str], at: datetime
) -> list[AdoptedItem]:
    """Choose the questions that are written: those whose files are not `known` by their paths, at most five an item."""
    if store is None:
        return list(items)
    mark = Mark("", f"{at:%Y-%m-%dT%H:%M:%SZ}")
    found = []
    for item in items:
        asked = [_stored(item, one, mark) for one in item.adopted.questions]
        new = [one for one in asked if f"{FOLDER}/{one.id}.yaml" not in known]
        found.append(replace(item, stored=tuple(new[:MOST_OPEN])))
    return found


def _stored(item: AdoptedItem, asked: AdoptQuestion, mark: Mark) -> Question:
    place = asked.target or asked.place.path
    path = item.adopted.renamed.get(place, place)
    about = About(
        path, asked.requirement, asked.code, asked.quote, asked.parts if len(asked.parts) <= MOST_PARTS else ()
    )
    key = question_id(f"{item.item} {asked.text}")
    return Question(key, f"{asked.text} ({asked.place.path}:{asked.place.line})", mark, about, options=asked.options)


def write_adoptions(
    repository: Repository, tip: str, items: Sequence[AdoptedItem], store: QuestionStore | None
) -> tuple[str, list[AdoptedItem]]:
    """Write one commit an item, and one for its questions; the last commit, and the items with theirs.

    An item is one commit and not one a file: the delta, the tasks and the proposal of a change are valid and make
    sense only together, and whoever merges takes the item or leaves it. Questions can be left without the item.
    """
    asked = [store.new_files(item.stored) if item.stored and store else {} for item in items]
    commits = [one for item, files in zip(items, asked, strict=True) for one in _commits(item, files)]
    ids = repository.commit_all(tip, commits)
    left = iter(ids)
    written = [
        replace(item, commit=next(left) if item.kept else "", asked_in=next(left) if files else "", asked=files)
        for item, files in zip(items, asked, strict=True)
    ]
    return [tip, *ids][-1], written


def _commits(item: AdoptedItem, asked: Mapping[str, str]) -> Iterator[NewCommit]:
    """Give the commit of an item that was adopted, then that of its questions, each where there is one."""
    if item.kept:
        changes: dict[str, bytes | None] = {path: text.encode() for path, text in item.adopted.texts.items()}
        yield NewCommit(changes | dict.fromkeys(item.adopted.removed), _message(item))
    if asked:
        yield NewCommit({path: text.encode() for path, text in asked.items()}, _question_message(item))


def _message(item: AdoptedItem) -> str:
    figures = item.figures
    sourced = f"{figures['with_sourced_when']} with a WHEN from the source, {figures['without_when']} without"
    told = [
        f"- {figures['scenarios']} scenarios, {sourced}",
        f"- {figures['questions']} questions left",
        *(f"- {finding.code}: {_line(finding.message)}" for finding in item.findings),
    ]
    return _commit_text(f"improve({_line(item.adopted.id)}): put into OpenSpec form", told, item)


def _question_message(item: AdoptedItem) -> str:
    asked = [f"- {_line(question.text)}" for question in item.stored]
    return _commit_text(f"ask({_line(item.adopted.id)}): what its form leaves open", asked, item)


def _commit_text(subject: str, told: Sequence[str], item: AdoptedItem) -> str:
    shown = subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"
    return "\n".join([shown, "", *told, "", *_trailers(item), ""])


def _trailers(item: AdoptedItem) -> list[str]:
    findings = [f"Geoflow-Finding: {one.id} {one.code}" for one in item.findings]
    return [*findings, f"Geoflow-Strategy: {STRATEGY}", *([f"Geoflow-Prompt: {item.prompt}"] if item.prompt else [])]


def _line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
