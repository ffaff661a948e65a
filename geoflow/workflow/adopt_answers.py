"""Answers to questions of adoptions, carried out: code makes the edit, the gate disposes, one commit an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geoflow.improvement.adopt_answers import DONE, STRATEGY, carry_out
from geoflow.improvement.adopt_codes import CAPABILITY, Order, chosen_option, is_adoption, meaning
from geoflow.improvement.adopt_places import folder_of, requirements_in
from geoflow.improvement.gate_adopt_answer import Carried, judge_answer
from geoflow.improvement.insight import Insight
from geoflow.openspec import Issue, validate
from geoflow.ports import NewCommit, QuestionStore, Repository
from geoflow.questions.licensing import STALE, licensing_answer, person_behind
from geoflow.questions.question import About, Question, Reply
from geoflow.workflow.carried_answer import CarriedAnswer
from geoflow.workflow.improve_insights import insight_of
from geoflow.workflow.improve_result import SETTLED, Heard, Idle
from geoflow.workflow.improve_session import Session
from geoflow.workflow.passages_of import passages_in

CHANGED = "an answer about its adoption changes its document in this run; the next one goes on there"
LONGEST_SUBJECT = 100


@dataclass
class Answers:
    """What came of the answers: edits, and what is told of the others.

    `texts` are the documents as they stand now; `waiting` names for the folder of an item the branch on which what was
    made of another answer about it waits: two branches that each leave the item valid may not do so together.
    """

    session: Session
    files: Mapping[str, bytes]
    texts: dict[str, str]
    carried: list[CarriedAnswer] = field(default_factory=list)
    heard: list[Heard | Idle] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    _mine: set[str] = field(default_factory=set)

    def take(self, question: Question, reply: Reply) -> None:
        """Carry out what a person has answered, or tell why not."""
        insight = insight_of(question, reply, self.files)
        order = order_of(question, reply)
        if isinstance(order, str):
            self.heard.append(Idle(question, order) if order in SETTLED else Heard(insight, order))
            return
        made = carry_out(order, self.texts)
        if made == DONE:
            self.heard.append(Idle(question, DONE))
            return
        why = (
            made if isinstance(made, str) else self._hindered(order, made) or self._kept(insight, order, made, question)
        )
        self.heard.append(Heard(insight, why))

    def _hindered(self, order: Order, made: Mapping[str, str | None]) -> str:
        bench = self.session.bench
        if branch := self.waiting.get(folder_of(order.path), ""):
            return f"an answer about its item waits on the branch {branch}: merge it or delete it"
        closed = (bench.editable(path) for path in made if path not in self._mine and path in self.texts)
        changed = (self.session.under_change(path, name) for path in made for name in self._changed(path, made[path]))
        return next((why for why in (*closed, *changed) if why), "")

    def _changed(self, path: str, after: str | None) -> list[str]:
        """Name the requirements of a main spec that a change of its text would change."""
        text = self.texts.get(path, "") if path.startswith("openspec/specs/") else ""
        return [one.name for one in requirements_in(path, text) if text[one.start : one.end] not in (after or "")]

    def _kept(self, insight: Insight, order: Order, made: Mapping[str, str | None], question: Question) -> str:
        after = with_changes(self.texts, made)
        folder = folder_of(order.path)
        issues = _issues(self.texts, folder), _issues(after, folder)
        answer = (insight.code, insight.answer, question.options, insight.by)
        passed, reason = judge_answer(Carried(order, *answer, self.texts, made, issues))
        if reason:
            return f"refused by the gate: {reason}"
        self.carried.append(CarriedAnswer(insight, order, dict(made), passed))
        self.texts = after
        self._mine |= set(made)
        self.session.bench.close(made, CHANGED)
        return ""


def carry_out_answers(
    session: Session, store: QuestionStore | None, files: Mapping[str, bytes], prefixes: tuple[str, ...]
) -> Answers:
    """Carry out every answer that a person stands behind on the base commit, in the order of the questions' ids.

    Args:
        session: The run; the documents that are changed are closed to its other edits.
        store: Reads question files; only those among `files` count.
        files: All files of the base commit.
        prefixes: How the paths begin of what shall be improved.
    """
    answers = Answers(session, files, dict(session.bench.base_files))
    stored = store.read_from(files).questions if store else {}
    asked = [one for _, one in sorted(stored.items()) if is_adoptions(one)]
    asked = [one for one in asked if _about(one).path.startswith(prefixes)]
    if not asked:
        return answers
    past = session.bench.past.carried
    waits = [one for one in asked if one.path in past and not _is_done(one, answers.texts)]
    answers.waiting = {folder_of(_about(one).path): past[one.path] for one in waits}
    passages_of = passages_in(files)
    for question in asked:
        reply = licensing_answer(question, passages_of)
        if isinstance(reply, Reply):
            answers.take(question, reply)
        else:
            done = reply == STALE and _is_done(question, answers.texts)
            answers.heard.append(Idle(question, DONE if done else reply))
    return answers


def is_adoptions(question: Question) -> bool:
    """Tell whether an adoption asked a question."""
    return is_adoption(_about(question).code)


def _about(question: Question) -> About:
    return question.about or About("")


def order_of(question: Question, reply: Reply) -> Order | str:
    """Read what an answer asks for, or why nothing is done for it."""
    about = _about(question)
    deed, said = meaning(about.code, reply.text, question.options)
    if deed is None:
        return said
    parts = tuple(map(_line, question.options)) if about.code == CAPABILITY else about.parts
    return Order(deed, about.path, about.requirement, about.quote, parts, said)


def _is_done(question: Question, texts: Mapping[str, str]) -> bool:
    """Tell whether the documents are as a person's answer wants them: that very edit may have made it stale."""
    own = [reply for reply in question.replies if reply.rejected is None and person_behind(reply)]
    orders = [order_of(question, reply) for reply in own]
    return any(isinstance(order, Order) and carry_out(order, texts) == DONE for order in orders)


def with_changes(texts: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """Give the documents with these written or removed."""
    left = {path: text for path, text in texts.items() if path not in changes}
    return left | {path: text for path, text in changes.items() if text is not None}


def with_answers(texts: Mapping[str, str], carried: Sequence[CarriedAnswer]) -> dict[str, str]:
    """Give the documents with those of carried-out answers in their place."""
    made = dict(texts)
    for one in carried:
        made = with_changes(made, one.changes)
    return made


def _issues(texts: Mapping[str, str], folder: str) -> tuple[Issue, ...]:
    """Validate an item as strictly as can be, beside the main specs and the settings."""
    is_spec = folder.startswith("openspec/specs/")
    beside = (folder, "openspec/config.", "openspec/schemas/", *(() if is_spec else ("openspec/specs/",)))
    reports = validate({path: text for path, text in texts.items() if path.startswith(beside)})
    kind, item = "spec" if is_spec else "change", folder.split("/")[2]
    return tuple(issue for one in reports if (one.type, one.id) == (kind, item) for issue in one.issues)


def write_answers(
    repository: Repository, tip: str, carried: Sequence[CarriedAnswer]
) -> tuple[str, tuple[CarriedAnswer, ...]]:
    """Write one commit an answer; the last commit, and the answers with theirs."""
    commits = [
        NewCommit({path: text if text is None else text.encode() for path, text in one.changes.items()}, _message(one))
        for one in carried
    ]
    ids = repository.commit_all(tip, commits)
    return [tip, *ids][-1], tuple(one.in_commit(commit) for one, commit in zip(carried, ids, strict=True))


_SUBJECTS = {
    "split": "split the scenario “{quote}” at every WHEN",
    "move": "move the scenario “{quote}” below “{chosen}”",
    "drop-copy": "remove the copies of requirements",
    "modify": "requirements that are changed are MODIFIED",
    "remove": "remove what is not required",
    "tick": "tick the tasks that are done",
    "rename": "the delta is of {chosen}",
    "drop-item": "remove it, it is out of date",
}


def _message(one: CarriedAnswer) -> str:
    order, insight = one.order, one.insight
    item = folder_of(order.path).split("/")[2]
    done = _SUBJECTS[order.deed].format(quote=_line(order.quote)[:60], chosen=_line(order.chosen)[:60])
    subject = f"improve({_line(item)}): {done}"
    licence = f"{insight.path}:{insight.line}" if insight.line else insight.path
    lines = [
        subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…",
        "",
        f"- {_line(insight.text)[:400]}",
        f"- {_line(insight.by)}: {_line(chosen_option(insight.answer, ()))[:200]}",
        "",
        f"Geoflow-Finding: {_line(insight.question)} {_line(insight.code)}",
        f"Geoflow-Strategy: {STRATEGY}",
        f"Geoflow-Licence: answer {_line(licence)}",
        "",
    ]
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
