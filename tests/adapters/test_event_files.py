"""What is said about a change as files: written and read back, written by hand, broken, linked, and killed meanwhile."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.event_files import EventFiles
from geoflow.adapters.question_nodes import UnreadableQuestionError, held_text
from geoflow.adapters.review_text import event_text, read_event
from geoflow.errors import GeoflowError
from geoflow.ports import BrokenFile
from geoflow.questions.feedback import Feedback
from geoflow.questions.review_round import Proposed, Response, Round, RoundFinding, Signed
from tests.builders import git, make_repo, write_tree

FOLDER = "openspec/changes/x/"
PATH = f"{FOLDER}reviews/a.yaml"
SIGNED = Signed("Cursor (over MCP)", "agent", "2026-01-01T00:00:00.000001Z", "0a1b")
HEAD = "event: review\nby: Ada\nkind: person\n"

texts = st.text(max_size=40).map(held_text)
said = texts.filter(lambda text: text.strip() != "")
signed = st.builds(Signed, said, st.sampled_from(["person", "agent", "model"]), texts, texts)
findings = st.builds(
    RoundFinding,
    said,
    st.sampled_from(["error", "warning", "info"]),
    said,
    fix=texts,
    code=texts,
    path=texts,
    line=st.integers(0, 10**9 - 1),
    requirement=texts,
    quote=texts,
)
events = st.one_of(
    st.builds(Proposed, signed),
    st.builds(
        Round, signed, st.sampled_from(["approve", "revise", "blocked"]), texts, st.lists(findings).map(tuple), texts
    ),
    st.builds(Response, signed, *(st.dictionaries(said, said, max_size=3) for _ in range(3))),
)


@given(events)
def test_what_is_written_is_read_back(event: Proposed | Round | Response) -> None:
    assert read_event(PATH, event_text(event).encode()) == event


def test_a_file_reads_well() -> None:
    found = RoundFinding("0a1b2c", "error", "No limit.", "Give one.", path="a.md", line=4, quote="a porter: any")
    assert event_text(Round(SIGNED, "revise", "security", (found,))) == (
        "event: review\n"
        "by: Cursor (over MCP)\n"
        "kind: agent\n"
        'at: "2026-01-01T00:00:00.000001Z"\n'
        'about: "0a1b"\n'
        "role: security\n"
        "verdict: revise\n"
        "findings:\n"
        '  - id: "0a1b2c"\n'
        "    severity: error\n"
        "    message: No limit.\n"
        "    fix: Give one.\n"
        "    path: a.md\n"
        "    line: 4\n"
        "    quote: 'a porter: any'\n"
    )


def test_a_person_may_write_little() -> None:
    text = f"# mine\n{HEAD}verdict: revise\nfindings:\n  - message: No limit.\n"
    event = read_event(PATH, text.encode())
    assert isinstance(event, Round)
    assert (event.signed, event.verdict) == (Signed("Ada", "person", "", ""), "revise")
    [found] = event.findings
    assert (found.severity, found.message, len(found.id)) == ("warning", "No limit.", 12)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 0, "it is empty"),
        (" \n", 0, "it is empty"),
        ("event: [", 1, "it is not YAML"),
        ("- a\n", 1, "must have `event`"),
        ("by: Ada\n", 1, "it has no `event`"),
        ("event: opinion\n", 1, "none of: proposed, review, response"),
        ("event: review\nby: Ada\nverdict: approve\n", 1, "it has no `kind`"),
        ("event: review\nby: Ada\nkind: robot\nverdict: approve\n", 3, "none of: person, agent, model"),
        (HEAD, 1, "it has no `verdict`"),
        (f"{HEAD}verdict: aprove\n", 4, "did you mean `approve`"),
        (f"{HEAD}verdict: approve\nresolved: []\n", 5, "no field of the event review"),
        (f"{HEAD}verdict: approve\nverdicts: x\n", 5, "did you mean `verdict`"),
        (f"{HEAD}verdict: approve\nverdict: revise\n", 5, "stands there twice"),
        (f"{HEAD}verdict: revise\nfindings:\n  - severity: error\n", 6, "it has no `message`"),
        (f"{HEAD}verdict: revise\nfindings:\n  - message: No.\n    line: many\n", 7, "must be a number"),
        (f"{HEAD}verdict: revise\nfindings: none\n", 5, "must be a list"),
        ("event: response\nby: A\nkind: person\nresolved:\n  - finding: a\n", 5, "it has no `how`"),
        ("event: response\nby: A\nkind: person\ndeclined:\n  - finding: a\n", 5, "it has no `why`"),
        (f"{HEAD}verdict: &a approve\nnote: {{b: [*a, *a]}}\n", 5, "must be a text"),
        (HEAD + "a" * 1_000_001, 0, "it is larger than such a file can be"),
    ],
)
def test_a_broken_file_is_told_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(UnreadableQuestionError) as failed:
        read_event(PATH, text.encode())
    assert failed.value.line == line
    assert reason in failed.value.reason


def test_the_others_count_where_one_is_broken(tmp_path: Path) -> None:
    good = f"{HEAD}verdict: approve\n"
    files = {
        f"{FOLDER}reviews/b.yaml": good,
        PATH: "event: [",
        f"{FOLDER}reviews/.b.yaml": "[",
        f"{FOLDER}reviews/notes.md": "[",
        f"{FOLDER}reviews/deeper/reviews.yaml": "[",
        f"{FOLDER}reviews/c.yaml": "event: \udcff",
    }
    found = EventFiles(tmp_path).read(files)
    assert [type(one) for one in found.events] == [Round]
    assert [(one.path, one.line) for one in found.broken] == [(PATH, 1), (f"{FOLDER}reviews/c.yaml", 1)]
    assert isinstance(found.broken[0], BrokenFile)


def test_files_are_in_the_order_of_their_events_and_no_two_share_a_name(tmp_path: Path) -> None:
    files = EventFiles(tmp_path)
    first, again = (next(iter(files.new_file(FOLDER, Proposed(SIGNED)))) for _ in range(2))
    assert first != again
    later = Signed(SIGNED.by, "agent", "2026-01-01T00:00:00.000002Z", "")
    assert max(first, again) < next(iter(files.new_file(FOLDER, Proposed(later))))
    assert first.startswith(f"{FOLDER}reviews/20260101T000000-000001Z-")


def test_feedback_says_what_whom_and_why(tmp_path: Path) -> None:
    made = Feedback("0a1b", "reject", "Ada", "person", "2026", "no: it")
    [(path, text)] = EventFiles(tmp_path).feedback_file(made).items()
    assert path.startswith("openspec/feedback/")
    assert text == "target: 0a1b\nverdict: reject\nby: Ada\nkind: person\nat: \"2026\"\nreason: 'no: it'\n"


def test_one_writes_at_a_time_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    first, second = EventFiles(tmp_path / "locks"), EventFiles(tmp_path / "locks", lock_seconds=0.05)
    with first.alone(), pytest.raises(GeoflowError, match="has been writing to changes") as failed, second.alone():
        pass
    assert failed.value.code == "changes-locked"
    with second.alone():
        pass


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GeoflowError, match="cannot be written to") as failed, EventFiles(tmp_path / "file").alone():
        pass
    assert failed.value.code == "not-writable"


def test_a_link_out_of_openspec_is_not_written_through(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "p", {f"{FOLDER}proposal.md": "x"})
    (tmp_path / "elsewhere").mkdir()
    (root / FOLDER / "reviews").symlink_to(tmp_path / "elsewhere")
    file = EventFiles(tmp_path).new_file(FOLDER, Proposed(SIGNED))
    with pytest.raises(GeoflowError, match="leaves openspec/ through a symlink"):
        WorkTreeDocuments(root).create(file)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_rounds_of_two_branches_merge_without_a_conflict(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "p", {f"{FOLDER}proposal.md": "x"})
    files = EventFiles(tmp_path)
    for branch in ("one", "two"):
        git(root, "checkout", "-q", "-b", branch, "main")
        write_tree(root, files.new_file(FOLDER, Round(SIGNED, "approve")))
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", branch)
    git(root, "merge", "-q", "one", "-m", "both")
    assert len(list((root / FOLDER / "reviews").iterdir())) == 2


WORK = """
import sys
from pathlib import Path
from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.event_files import EventFiles
from geoflow.questions.review_round import Round, RoundFinding, Signed

root = Path(sys.argv[1])
documents, files = WorkTreeDocuments(root), EventFiles(root)
found = RoundFinding("f", "error", "long " * 5_000)
made = Round(Signed("Cursor", "agent", "2026-01-01T00:00:00.000001Z", ""), "revise", "", (found,))
documents.create(files.new_file("openspec/changes/x/", made))
print("ready", flush=True)
while True:
    documents.create(files.new_file("openspec/changes/x/", made))
"""


def test_a_killed_reviewer_leaves_whole_rounds_only(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "p", {f"{FOLDER}proposal.md": "x"})
    chance = random.Random(7)
    for _ in range(6):
        child = subprocess.Popen([sys.executable, "-c", WORK, str(root)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.02, 0.2))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    rounds = {path: text.decode() for path, text in WorkTreeDocuments(root).read().items() if "/reviews/" in path}
    found = EventFiles(tmp_path).read(rounds)
    assert found.events
    assert found.broken == ()
    assert {one.findings[0].message for one in found.events if isinstance(one, Round)} == {"long " * 5_000}
