"""Deliver kept edits: one commit a target, from git objects; no ref moves before all of them are written."""

from collections.abc import Sequence
from dataclasses import replace

from geoflow.improvement.edit import Licence
from geoflow.ports import NewCommit, QuestionStore, Repository
from geoflow.questions.question import Question
from geoflow.workflow.improve_result import KeptEdit
from geoflow.workflow.workbench import Target, Workbench


def write_commits(
    repository: Repository, bench: Workbench, base: str, kept: Sequence[tuple[Target, KeptEdit]]
) -> tuple[str, tuple[KeptEdit, ...]]:
    """Write the commits on top of `base`; the last one, and the edits with the commit that holds each.

    Targets of one document are written from its end to its start, so that every place of the base text stays true.
    """
    targets: dict[Target, list[KeptEdit]] = {}
    for target, edit in kept:
        targets.setdefault(target, []).append(edit)
    texts: dict[str, str] = {}
    commits: list[NewCommit] = []
    order = sorted(targets, key=lambda target: (target[0], -bench.blocks(target)[0][0]))
    for target in order:
        path = target[0]
        (start, end), new = bench.blocks(target)
        text = texts.get(path, bench.base_files[path])
        texts[path] = text[:start] + new + text[end:]
        commits.append(NewCommit({path: texts[path].encode()}, commit_message(path, targets[target])))
    ids = repository.commit_all(base, commits)
    delivered = {
        id(edit): replace(edit, commit=commit)
        for target, commit in zip(order, ids, strict=True)
        for edit in targets[target]
    }
    return [base, *ids][-1], tuple(delivered[id(edit)] for _, edit in kept)


def write_questions(repository: Repository, tip: str, store: QuestionStore | None, asked: Sequence[Question]) -> str:
    """Write the files of questions that arose as one commit on top of `tip`; the new tip."""
    files = store.new_files(asked) if store and asked else {}
    if not files:
        return tip
    reasons = [f"- {_line(one.path)}: {_line(one.text)[:_LONGEST_REASON]}" for one in asked]
    message = "\n".join(
        [f"improve(questions): ask about {len(asked)} finding{'s'[: len(asked) > 1]}", "", *reasons, ""]
    )
    return repository.commit(tip, {path: text.encode() for path, text in files.items()}, message)


_LONGEST_REASON = 200


def commit_message(path: str, edits: Sequence[KeptEdit]) -> str:
    """Write a commit's message: what was mended and why, and trailers that later runs can read."""
    capability = _line("/".join(path.split("/")[2:-1]).removesuffix("/specs"))
    name = _line(edits[0].requirement) or "Purpose"
    subject = f"improve({capability}): {name}"
    reasons = [f"- {edit.finding.code}, line {edit.finding.line}: {_line(edit.finding.message)}" for edit in edits]
    trailers: list[str] = []
    for edit in edits:
        trailers += [
            f"Geoflow-Finding: {edit.finding.id} {edit.finding.code}",
            f"Geoflow-Strategy: {_line(edit.strategy)}",
            *([f"Geoflow-Prompt: {edit.prompt}"] if edit.prompt else []),
            *([f"Geoflow-Lesson: {_line(edit.lesson)}"] if edit.lesson else []),
            *(f"Geoflow-Licence: {_line(licence.source)} {_line(licence.word)}" for licence in edit.licences),
        ]
    return "\n".join([subject if len(subject) <= 100 else subject[:99] + "…", "", *reasons, "", *trailers, ""])


def licence_lines(licences: Sequence[Licence]) -> list[str]:
    """Write licences a source a line: where the new words come from, then the words."""
    sources: dict[str, list[str]] = {}
    for licence in licences:
        sources.setdefault(_line(licence.source), []).append(_line(licence.word))
    return [f"{source} {', '.join(words)}" for source, words in sources.items()]


def _line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
