"""What the use cases need from the outside, as Protocols, and the plain values that cross the border."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from geoflow.improvement.induction import LearntWord
from geoflow.improvement.lesson import Lesson
from geoflow.metrics.ledger import FileChange
from geoflow.openspec.model import WritePlan
from geoflow.quality.project_lexicon import ProjectLexicon
from geoflow.questions.feedback import Feedback
from geoflow.questions.passage import Passage
from geoflow.questions.question import Question
from geoflow.questions.retrieval import Found
from geoflow.questions.review_round import Event
from geoflow.questions.tool import Tool

JsonValue = Any


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """What a model trained for tools wants called; `arguments` are JSON, if the model wrote such."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat. An assistant's turn may hold `calls`; a tool's answers the call `call_id`."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    calls: tuple[FunctionCall, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call of a model.

    `prompt` names the prompt and its version (`improve.span/1`) for the transcript. `messages` start with what stays
    the same from call to call, so that the server's prefix cache is hit: the first `stable` of them. With `schema`
    (JSON Schema of an object) the reply is forced into that form, parsed and validated. The call ends at `deadline`
    (`Clock.seconds`) at the latest; `heard` is told of each token as it comes, and must return at once. With
    `functions` ({"name", "description", "parameters"}) and without a schema the reply may be calls instead of text.
    """

    prompt: str
    messages: tuple[Message, ...]
    schema: Mapping[str, JsonValue] | None = None
    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 7
    stable: int = 1
    deadline: float | None = None
    heard: Callable[[], None] | None = field(default=None, repr=False, compare=False)
    functions: tuple[Mapping[str, JsonValue], ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. `cached` is None where the server does not say (unknown is not zero)."""

    prompt: int = 0
    completion: int = 0
    cached: int | None = None


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A model's answer: the text, and with a schema the validated object. Times are seconds.

    `finish` is the server's word (`stop`, `length`), `attempts` counts the calls it took; `usage` sums them up.
    """

    text: str
    value: Mapping[str, JsonValue] | None
    model: str
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    first_token_seconds: float | None = None
    finish: str = "stop"
    attempts: int = 1
    calls: tuple[FunctionCall, ...] = ()


class ChatModel(Protocol):
    """A language model behind a server.

    `complete` raises GeoflowError: code `model-unreachable`, `model-timeout`, `model-refused`, `model-reply-invalid`,
    `model-context-exceeded`, and `budget-spent` where the request's `deadline` passed; the transport's own exceptions
    never pass.
    """

    @property
    def name(self) -> str:
        """Give the model's id as the server names it."""

    @property
    def backend(self) -> str:
        """Say which kind of server answers: `lm-studio`, `openai-compatible` or `embedded`."""

    @property
    def context_tokens(self) -> int:
        """Give the size of the loaded context in tokens, prompt and reply together."""

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request; blocking."""


class AroundModel:
    """What stands between a verb and a model and is a `ChatModel` itself: it says of itself what its model says.

    Args:
        model: The model behind it.
    """

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """Give the model's id."""
        return self._model.name

    @property
    def backend(self) -> str:
        """Say which kind of server answers."""
        return self._model.backend

    @property
    def context_tokens(self) -> int:
        """Give the size of the loaded context in tokens."""
        return self._model.context_tokens


@dataclass(frozen=True, slots=True)
class Head:
    """Where the user's repository stands. `branch` is None on a detached HEAD."""

    commit: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit as `log` shows it; `openspec_tree` is the object id of the openspec folder, empty where it has none."""

    id: str
    time: datetime
    subject: str
    openspec_tree: str


@dataclass(frozen=True, slots=True)
class EditCommit:
    """What a commit that names `prompts` in its trailers did to one document: the whole text before and after."""

    path: str
    prompts: tuple[str, ...]
    before: str
    after: str


class Repository(Protocol):
    """The git repository around an OpenSpec root. Paths are relative to the root, with forward slashes.

    Nothing here touches the user's work tree, index or checked-out branch.
    """

    def head(self) -> Head:
        """Tell the commit that is checked out; GeoflowError `unborn-branch` where there is none yet."""

    def read(self, commit: str, *, archive: bool = True) -> dict[str, bytes]:
        """Read every file below `openspec/` at a commit, or all but those of archived changes: {path: bytes}."""

    def uncommitted(self) -> list[str]:
        """List the paths below `openspec/` that differ from HEAD, untracked ones included."""

    def commit(self, parent: str, changes: Mapping[str, bytes | None], message: str) -> str:
        """Write a commit on top of `parent` with these files replaced (None: removed), from objects alone; its id.

        No ref moves.
        """

    def create_branch(self, name: str, commit: str) -> None:
        """Publish a new branch with one update; GeoflowError `branch-exists` where the name is taken."""

    def log(self, limit: int) -> list[CommitInfo]:
        """List the commits reachable from HEAD, newest first."""

    def edit_commits(self, limit: int) -> list[EditCommit]:
        """List what commits up to HEAD with the trailer `Geoflow-Prompt` changed, the newest first, at most so many.

        Those that a person put into words of their own (`Geoflow-Edited-By`) are left out.
        """

    def append_note(self, commit: str, line: str, *, unless: Callable[[str], bool] | None = None) -> bool:
        """Append one line to the commit's note in `refs/notes/geoflow`, safe against parallel writers.

        `unless` decides on the note as it stands, while nobody else can write: true means that nothing is written.
        Tells whether the line was written.
        """

    def append_notes(self, lines: Mapping[str, str], *, unless: Callable[[str, str], bool] | None = None) -> set[str]:
        """Append a line to the note of each commit, {commit: line}, all at once; the commits that got theirs."""

    def notes(self, commits: Sequence[str]) -> dict[str, str]:
        """Read the notes of these commits; commits without one are absent."""


class CommitChange(NamedTuple):
    """What a commit changed below `openspec/` against its first parent, which is empty where it has none.

    `inputs` is the tree id of `openspec/` at the commit, empty where it has none, None where the parent's stands.
    """

    commit: str
    parent: str
    inputs: str | None
    files: tuple[FileChange, ...]


class Commits(Protocol):
    """The commits of the repository around an OpenSpec root, in bulk. Paths are relative to the root."""

    def resolve(self, revision: str) -> str:
        """Give the id of a commit by any name; GeoflowError `unknown-commit`, `unborn-branch`."""

    def listing(self, *, everything: bool = False) -> list[tuple[str, str]]:
        """List commits with their first parents, parents first: those that HEAD reaches, or any branch or tag too."""

    def first_parent(self, commit: str) -> str:
        """Give the first parent of a commit; empty where it has none here."""

    def cut_off(self) -> frozenset[str]:
        """Give the commits whose parents a shallow clone has not."""

    def changes(self, commits: Sequence[tuple[str, str]]) -> Iterator[CommitChange]:
        """Tell what each commit, given with its first parent, changed, in the order given."""

    def inputs(self, commits: Sequence[str]) -> list[str]:
        """Give the tree ids of `openspec/` at commits; empty where there is none."""

    def files(self, commit: str) -> dict[str, str]:
        """List the plain files below `openspec/` at a commit: {path: id}."""

    def file(self, commit: str, path: str) -> bytes:
        """Read one file at a commit; empty where it has no plain file of this path."""

    def contents(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        """Read contents by id."""


class Runs(Protocol):
    """The runs of improve that are kept, and the branches that they made."""

    def publish(self, run: str, branch: str, tip: str, record: bytes) -> None:
        """Publish a run's branch (none where it is empty), and then its record; GeoflowError `branch-exists`."""

    def records(self) -> dict[str, bytes]:
        """Read the records that are kept, the newest first: {run: JSON}; anybody may have pushed them."""

    def branches_there(self, names: Collection[str]) -> set[str]:
        """Tell which of these branches exist, here or at a remote."""

    def tip(self, branch: str) -> str:
        """Give the commit of a branch; empty where there is none."""

    def is_kept(self, run: str) -> bool:
        """Tell whether a run of this name is kept."""


class RunExchange(Protocol):
    """Kept runs here and at a remote, by name; nothing that is there is moved, replaced or deleted."""

    @property
    def remote(self) -> str:
        """Give the remote's name."""

    def here(self) -> dict[str, str]:
        """List the runs that are kept here: {name: commit}."""

    def there(self) -> dict[str, str]:
        """List the runs that the remote has: {name: commit}; GeoflowError `remote-unreachable`."""

    def fetch(self, names: Mapping[str, str]) -> None:
        """Fetch runs: {name there: name here}."""

    def push(self, names: Mapping[str, str]) -> dict[str, str]:
        """Push runs, {name here: name there}; of those that are refused why, by their name here."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run of improve that has not ended: what it is for, since when, and how many findings of how many are done.

    `pid` is the process that is at work on it, 0 where it was killed. `branch`, `tip` and `record` are there once it
    was about to publish.
    """

    run: str
    base: str
    targets: tuple[str, ...]
    started: datetime
    done: int = 0
    total: int = 0
    replies: int = 0
    pid: int = 0
    branch: str = ""
    tip: str = ""
    record: bytes = b""


class Journal(Protocol):
    """What runs of improve write down while they work, so that the next one goes on. Disposable; it never fails."""

    def unfinished(self) -> list[Unfinished]:
        """List the runs of this root that have not ended, the newest first."""

    def begin(self, run: str, base: str, targets: Sequence[str]) -> None:
        """Begin to write a run down, or go on with it."""

    def recall(self, model: str, request: ChatRequest) -> ChatReply | None:
        """Give what a model said to a request before the kill, each reply once and in its order; None without."""

    def keep(self, model: str, request: ChatRequest, reply: ChatReply) -> None:
        """Write a reply down before this returns."""

    def at(self, done: int, total: int) -> None:
        """Write down how many findings of how many are done."""

    def deliver(self, branch: str, tip: str, record: bytes) -> None:
        """Write down what is about to be published, before this returns."""

    def forget(self, run: str) -> None:
        """Remove what was written of a run."""


class History(Protocol):
    """How the files of the checked-out commit came to be. Paths are relative to the root, with forward slashes."""

    def uncommitted(self) -> list[str]:
        """List the paths below `openspec/` that differ from HEAD, untracked ones included."""

    def last_touched(self, paths: Collection[str]) -> dict[str, str]:
        """Tell for each path the last commit up to HEAD that changed it; paths that none did are absent."""

    def read_at(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """Read files as they were: {(commit, path): content}; absent where the commit has no such file."""


Part = Literal["all", "live", "history"]


class Documents(Protocol):
    """The OpenSpec files of the work tree, paths relative to the root. Writes are atomic and stay below `openspec/`."""

    def read(self, part: Part = "all") -> dict[str, bytes]:
        """Read every file below `openspec/`, or only those of archived changes, or all but those: {path: bytes}."""

    def create(self, files: Mapping[str, str]) -> None:
        """Write new files, all or none; GeoflowError `exists` where one is there already."""


class PlanningTree(Protocol):
    """The folder `openspec/` of a work tree, where a write plan is carried out."""

    def read(self) -> Mapping[str, str]:
        """Read what is not archived: {path: text}, paths relative to the root."""
        ...

    def holds(self, path: str) -> bool:
        """Tell whether anything stands at a path, be it a link that leads nowhere."""
        ...

    def carry_out(self, plan: WritePlan, made_from: Mapping[str, str]) -> None:
        """Carry out a plan, all of it or nothing; GeoflowError where a file is not as it was when the plan was made."""
        ...


class Passages(Protocol):
    """The documents as searchable passages."""

    def search(self, files: Mapping[str, bytes], queries: Sequence[Sequence[str]], limit: int) -> list[Found]:
        """Search these files for each list of terms: what was found, in the order of the queries."""

    def everything(self, files: Mapping[str, bytes]) -> list[Passage]:
        """Give all passages of these files."""


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A question file that cannot be read; the line counts from 1, 0 where none is to blame."""

    path: str
    line: int
    reason: str

    @property
    def complaint(self) -> str:
        """Say where it is broken and how, and what comes of it."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.reason}; this question is left out"


@dataclass(frozen=True, slots=True)
class StoredQuestions:
    """All question files of a tree, by id: those that can be read, and what is wrong with the others."""

    questions: Mapping[str, Question] = field(default_factory=dict)
    broken: tuple[BrokenFile, ...] = ()


class QuestionStore(Protocol):
    """The question files of the work tree. Every write is whole or not at all, and none is lost to another one."""

    def read(self) -> StoredQuestions:
        """Read the files in `openspec/questions/`."""

    def read_from(self, files: Mapping[str, bytes]) -> StoredQuestions:
        """Read the question files among these, such as those of a commit: {path: bytes}."""

    def create(self, question: Question) -> Question:
        """Write a new question; where one of its id is there already, that one is given and nothing is written."""

    def new_files(self, questions: Sequence[Question]) -> dict[str, str]:
        """Give the files of new questions, {path: text}, for whoever writes them with others at once.

        Those that are there already are left out.
        """

    def change(self, question_id: str, change: Callable[[Question], Question]) -> Question:
        """Change a question as it is at this moment, comments in its file kept.

        GeoflowError `unknown-question`, `question-unreadable`.
        """


@dataclass(frozen=True, slots=True)
class SaidOfChange:
    """What was said about a change, oldest first, and the files of it that cannot be read."""

    events: tuple[Event, ...] = ()
    broken: tuple[BrokenFile, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidOfWork:
    """All judgements, oldest first, and the files of them that cannot be read."""

    feedback: tuple[Feedback, ...] = ()
    broken: tuple[BrokenFile, ...] = ()


class Events(Protocol):
    """Events as files, one a file, so that branches never conflict."""

    def read(self, files: Mapping[str, str]) -> SaidOfChange:
        """Read what was said about a change from its files: {path: text}."""

    def new_file(self, change_folder: str, event: Event) -> dict[str, str]:
        """Give the file of a new event below a change's folder, which ends in a slash: {path: text}."""

    def feedback_file(self, feedback: Feedback) -> dict[str, str]:
        """Give the file of a judgement: {path: text}."""

    def feedback(self, files: Mapping[str, bytes]) -> SaidOfWork:
        """Read all judgements among these files: {path: content}."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep other writers of changes out meanwhile; GeoflowError `changes-locked`."""


@dataclass(frozen=True, slots=True)
class Scored:
    """How a text of a prompt did in one case: 0 to 1, what was asked, what came of it, and what was wrong with that."""

    score: float
    asked: str = ""
    answered: str = ""
    feedback: str = ""


class PromptSearch(Protocol):
    """A search for a better text of a prompt; it proposes, and somebody else decides."""

    def search(
        self,
        start: str,
        cases: tuple[Sequence[int], Sequence[int]],
        judge: Callable[[str, Sequence[int]], list[Scored]],
        propose: Callable[[str, Sequence[Scored]], str],
        go_on: Callable[[], bool],
    ) -> list[str]:
        """Give texts, the best first; the one that it starts with may be among them.

        Args:
            start: The text as it is.
            cases: Numbers of the cases that may be reflected on, and of those that texts are compared by.
            judge: Scores a text in cases, in their order.
            propose: Makes a new text of one and how it did.
            go_on: Tells whether there is budget left.
        """


class LearntFiles(Protocol):
    """The files that hold what was learnt, `openspec/workflow/`; each text is given, and nothing is written here."""

    def lexicon(self, files: Mapping[str, str]) -> ProjectLexicon:
        """Read the words of the project among these files; GeoflowError `lexicon-invalid`."""

    def lessons(self, files: Mapping[str, str]) -> Sequence[Lesson]:
        """Read the records of lessons among these files, oldest first; GeoflowError `lessons-invalid`."""

    def add_word(self, files: Mapping[str, str], learnt: LearntWord) -> tuple[str, str]:
        """Give the path of the lexicon and its text with one more word."""

    def add_lesson(self, files: Mapping[str, str], lesson: Lesson) -> tuple[str, str]:
        """Give the path of the lessons and their text with one more record."""

    def prompt_path(self, file: str) -> str:
        """Give the path of a project's own prompt, such as `improve-span-system.md`."""


class RoleMemory(Protocol):
    """What a model or agent said, by the hash of what it was asked. Disposable: what is lost is asked anew."""

    def recall(self, key: str) -> str | None:
        """Give what was said; None where nothing was, or where it cannot be read."""

    def keep(self, key: str, said: str) -> None:
        """Remember it before this returns; where it cannot be written, nothing happens."""


class Agents(Protocol):
    """Agents that can be asked a question, each within its limits of time and size."""

    @property
    def names(self) -> tuple[str, ...]:
        """List the agents, in the order of the settings."""

    def ask(self, name: str, question: str) -> str:
        """Ask one agent; its answer as text.

        GeoflowError `agent-unreachable`, `agent-timeout`, `agent-reply-invalid`.
        """


class ToolBox(Protocol):
    """The tools that the user allows a model to call, each within its limits of time, size and number.

    What a tool says is data: its text comes without control characters and is cut, and nothing in it is obeyed. Safe
    to be used from several threads.
    """

    def tools(self) -> Sequence[Tool]:
        """List the tools, of the servers that answer; the first call starts these, later ones know what it found."""

    @property
    def left_out(self) -> Mapping[str, str]:
        """Say why servers are left out: {server: reason}, one clause each."""

    def call(self, tool: Tool, arguments: Mapping[str, JsonValue]) -> str:
        """Call a tool; its result as text, never empty.

        GeoflowError `tool-arguments-invalid`, `tool-failed`, `tool-reply-invalid`, `tool-timeout`,
        `tool-unreachable`, `tool-calls-spent`.
        """

    def close(self) -> None:
        """End all servers; nothing can be called any more."""


class Embedder(Protocol):
    """A model that turns text into vectors of length 1, so that texts of one meaning lie close together."""

    @property
    def name(self) -> str:
        """Give the model's name; vectors of another name cannot be compared with these."""

    def queries(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Embed questions; GeoflowError `embedding-failed`."""

    def passages(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Embed texts that may answer; GeoflowError `embedding-failed`."""


@dataclass(frozen=True, slots=True)
class NearByMeaning:
    """The passages nearest to each question, best first; how many were looked at, and how many not yet."""

    nearest: list[list[Passage]]
    looked_at: int
    left_out: int


class Meaning(Protocol):
    """Passages looked up by what they mean, with the vectors of an `Embedder`."""

    def nearest(
        self, questions: Sequence[str], passages: Sequence[Passage], limit: int, progress: "Progress"
    ) -> NearByMeaning:
        """Find the passages nearest to each question; GeoflowError `embedding-failed`."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt with its values in place. `id` is its name and version, `improve.span/1`.

    A project's own text in its place adds a hash of that text: `improve.span/1+0a1b2c3d`.
    """

    id: str
    messages: tuple[Message, ...]


class Templates(Protocol):
    """Texts with holes, rendered in a sandbox."""

    def render(self, name: str, values: Mapping[str, JsonValue]) -> str:
        """Fill the template of this name, such as `change/spec.md`."""

    def prompt(self, name: str, values: Mapping[str, JsonValue]) -> Prompt:
        """Fill the prompt of this name, such as `improve-span`; GeoflowError `prompt-invalid`."""


class Progress(Protocol):
    """How far some work is; shown on a terminal, silent elsewhere."""

    def update(self, label: str, done: int, total: int) -> None:
        """Say what is being done, and how many of how many are finished."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has taken so far. `speed` is in tokens a second, 0 before the first; `left` what its budget still has.

    `left` is for people: `8:12`, `3 calls`, `1200 tokens`; of several limits, the nearest; empty without one.
    """

    calls: int
    tokens: int
    speed: float
    left: str


class RunProgress(Progress, Protocol):
    """The progress of a run that calls a model."""

    def follow(self, spent: Callable[[], Spent]) -> None:
        """Show what the run has taken, asked for as often as the display is renewed."""


class Clock(Protocol):
    """Time, so that use cases can be tested without waiting."""

    def now(self) -> datetime:
        """Give the time of day, in UTC."""

    def seconds(self) -> float:
        """Give seconds that only grow, for measuring."""
