"""Nothing that stands in a spec, and nothing that a model says, does more than answer: forty attacks on four verbs."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from geoflow.openspec import parse_spec, validate
from tests.builders import git, make_repo
from tests.cli.injections import ATTACKS, CANARY, KEY, PWNED, Attack, ObedientModel, documents
from tests.long.judge import changed_paths, losses
from tests.servers import ModelServer, model_server

HOOK = "#!/bin/sh\ntouch pwned-by-a-hook\n"
TRAILERS = {"Geoflow-Finding", "Geoflow-Strategy", "Geoflow-Prompt", "Geoflow-Licence"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass
class Deeds:
    """What the interpreter was seen to do."""

    processes: list[str] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    addresses: set[Any] = field(default_factory=set)


_watching: list[Deeds] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    # An audit hook stays for the life of the interpreter; it looks only while a test asks it to.
    if not _watching:
        return
    deeds = _watching[-1]
    if event == "subprocess.Popen":
        deeds.processes.append(Path(os.fsdecode(arguments[0] or arguments[1][0])).name)
    elif event in {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn"}:
        deeds.processes.append(f"{event} {arguments[0]!r}")
    elif event == "open" and isinstance(arguments[0], (str, bytes)) and _writes(arguments[1], arguments[2]):
        deeds.written.add(os.fsdecode(arguments[0]))
    elif event in {"os.rename", "os.link", "os.symlink"}:
        deeds.written.add(os.fsdecode(arguments[1]))
    elif event in {"os.mkdir", "os.remove", "os.rmdir", "os.chmod"}:
        deeds.written.add(os.fsdecode(arguments[0]))
    elif event == "socket.connect":
        deeds.addresses.add(arguments[1][:2])


def _writes(mode: Any, flags: Any) -> bool:
    return (isinstance(mode, str) and any(sign in mode for sign in "wax+")) or bool(int(flags or 0) & _WRITES)


sys.addaudithook(_watch)


@contextmanager
def watched() -> Iterator[Deeds]:
    deeds = Deeds()
    _watching.append(deeds)
    try:
        yield deeds
    finally:
        _watching.remove(deeds)


@dataclass
class World:
    """A repository, the model that obeys, and what commands have printed."""

    root: Path
    attack: Attack
    server: ModelServer
    printed: list[str] = field(default_factory=list)

    def run(self, *arguments: str, stdin: str | None = None) -> Any:
        done = CliRunner().invoke(app, list(arguments), input=stdin and stdin.encode("utf-8", "surrogateescape"))
        assert done.exit_code in {0, 1, 2, 3}, done.exception
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        self.printed += [done.stdout, done.stderr]
        return done

    def files(self) -> dict[str, bytes]:
        """Read everything that a command has no business to change, git's own state included."""
        kept = {
            str(path.relative_to(self.root.parent)): path.read_bytes()
            for path in sorted(self.root.parent.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }
        return {name: content for name, content in kept.items() if not re.match(_OWN_PLACES, name)}


_OWN_PLACES = r"repo/\.git/(objects/|geoflow/|refs/(heads/)?geoflow/|logs/refs/heads/geoflow/|packed-refs)|home/\.cache/geoflow/replies/"


@pytest.fixture(params=ATTACKS, ids=lambda attack: attack.name)
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    attack: Attack = request.param
    root = make_repo(tmp_path / "repo", documents(attack))
    for name in ("pre-commit", "post-commit", "reference-transaction", "post-checkout", "post-index-change"):
        hook = root / ".git" / "hooks" / name
        hook.write_text(HOOK)
        hook.chmod(0o755)
    model = ObedientModel(attack)
    with model_server(always=model) as server:
        model.server = server
        monkeypatch.chdir(root)
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        monkeypatch.setenv("GEOFLOW_LLM__API_KEY", KEY)
        monkeypatch.setenv("INJECTION_CANARY", CANARY)
        yield World(root, attack, server)


def test_an_attack_leads_to_nothing_but_answers(world: World) -> None:
    root = world.root
    before, head = world.files(), git(root, "rev-parse", "HEAD")
    with watched() as deeds:
        reviewed = world.run("review", "--json", "--budget", "12calls")
        world.run("review", "--budget", "6calls")
        asked = world.run("ask", "--json", "Within how many seconds does the reader gracefully stop?")
        world.run("ask", "-", stdin=f"How many pages does the printer print?\n{world.attack.line[:500]}\n")
        improved = world.run("improve", "--json", "--budget", "12calls")
        world.run("improve", "--dry-run", "--budget", "12calls")
        assert world.files() == before
        proposed = world.run("propose", f"Let the printer print gracefully. {world.attack.line[:300]}", "--json")
    _check_deeds(world, deeds)
    _check_review(world, json.loads(reviewed.stdout))
    _check_answer(root, json.loads(asked.stdout))
    _check_branch(world, json.loads(improved.stdout), head)
    _check_draft(world, before, json.loads(proposed.stdout))
    _check_secrets(world)
    _check_terminal(world.printed)


def _check_deeds(world: World, deeds: Deeds) -> None:
    # The openai client names the platform in a header, for which the standard library asks uname.
    assert set(deeds.processes) <= {"git", "uname"}
    assert deeds.addresses <= {("127.0.0.1", world.server.server_port)}
    assert world.server.requests
    home = world.root.parent / "home"
    roots = (str(world.root / ".git" / "geoflow"), str(world.root / "openspec"), str(home / ".cache"))
    outside = {
        name
        for name in deeds.written
        if not os.path.abspath(name).startswith(roots)  # noqa: PTH100
        and not _is_python_s_own(name)
        # A plan is carried out by names inside folders that are held open, so its names say nothing here; that no file
        # came to be beside them is checked below.
        and (Path(name).is_absolute() or os.path.lexists(name))
    }
    assert outside == set()
    assert not [path for path in world.root.parent.rglob("*") if PWNED in path.name and path.is_file()]
    assert not Path("/etc/pwned").exists()
    assert not Path("/tmp/pwned").exists()


def _is_python_s_own(name: str) -> bool:
    return (
        name.endswith(".pyc") or ".pyc." in name or "__pycache__" in name or name == os.devnull or "/coverage" in name
    )


def _check_review(world: World, document: dict[str, Any]) -> None:
    if document["schema"] == "geoflow.error/1":
        assert (document["code"], bool(document["fix"])) == ("model-reply-invalid", True)
        return
    text = next(iter(documents(world.attack).values())).decode("utf-8", "surrogateescape")
    for finding in document["findings"]:
        if finding["source"].startswith("role:"):
            assert " ".join(finding["quote"].split()) in " ".join(text.split())
    assert {finding["path"] for finding in document["findings"]} <= set(documents(world.attack))


def _check_answer(root: Path, document: dict[str, Any]) -> None:
    assert document["schema"] == "geoflow.ask/1"
    for cited in document["citations"]:
        content = (root / cited["path"]).read_bytes().decode("utf-8", "replace")
        assert cited["quote"] in content.replace("\r\n", "\n").replace("\r", "\n")
        assert cited["path"].startswith("openspec/")


def _check_branch(world: World, document: dict[str, Any], head: str) -> None:
    root = world.root
    branches = git(root, "for-each-ref", "--format=%(refname)").splitlines()
    own = ("refs/heads/geoflow/", "refs/geoflow/runs/")
    assert [name for name in branches if not name.startswith(own)] == ["refs/heads/main"]
    assert git(root, "rev-parse", "HEAD") == head
    if not document.get("branch"):
        return
    changed = changed_paths(root, head, document["branch"])
    paths = [path for path in changed if not path.startswith("openspec/questions/")]
    asked = {path for path in changed if path not in {*paths, "openspec/questions/.gitattributes"}}
    assert asked == {one["file"] for one in document["questions"]}
    if not paths:
        return
    (path,) = paths
    path = path.strip('"').encode().decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape")
    assert path in documents(world.attack)
    old, new = (_text_at(root, commit, path) for commit in (head, document["branch"]))
    quotes = [edit["finding"]["quote"] for edit in document["edits"]]
    assert losses(old, new, quotes) == []
    assert losses(new, old, []) == []  # and nothing new either
    for edit in document["edits"]:
        assert len(edit["checks"]) >= 22
        message = git(root, "log", "-1", "--format=%B", edit["commit"])
        trailers = git(root, "log", "-1", "--format=%(trailers:only,unfold)", edit["commit"]).splitlines()
        assert {line.partition(":")[0] for line in trailers} <= TRAILERS
        assert trailers.count("Geoflow-Finding: 0 none") == 0
        assert not re.search(r"^(Co-authored|Signed-off)-by:", message, re.MULTILINE)
        assert all(character == "\n" or character.isprintable() for character in message)


def _text_at(root: Path, commit: str, path: str) -> str:
    shown = subprocess.run(["git", "show", f"{commit}:{path}"], cwd=root, check=True, capture_output=True)
    return shown.stdout.decode("utf-8", "surrogateescape")


def _check_draft(world: World, before: dict[str, bytes], document: dict[str, Any]) -> None:
    after = world.files()
    assert {name: content for name, content in after.items() if name in before} == before
    new = {name.removeprefix("repo/") for name in after if name not in before}
    if document["schema"] == "geoflow.error/1":
        assert document["fix"]
        assert new == set()
        return
    change = document["change"]
    assert re.fullmatch(r"[a-z0-9-]+", change)
    folder = f"openspec/changes/{change}"
    fixed = {f"{folder}/{name}" for name in (".openspec.yaml", "proposal.md", "design.md", "tasks.md")}
    asked = {one["path"] for one in document["stored_questions"]}
    events = {name for name in new if name.startswith(f"{folder}/reviews/")}
    assert len(events) == 1
    asked |= {"openspec/questions/.gitattributes"} if asked else set()
    assert new == fixed | events | asked | {f"{folder}/specs/{document['capability']}/spec.md"}
    texts = {name: (world.root / name).read_bytes().decode() for name in new}
    for text in texts.values():
        assert "<!--" not in text
        assert "](" not in text
        assert all(character == "\n" or character.isprintable() for character in text)
    # Git's own settings and events are no documents, and what is asked stands in no spec.
    texts = {name: text for name, text in texts.items() if name not in asked | events}
    delta = texts[f"{folder}/specs/{document['capability']}/spec.md"]
    assert len(re.findall(r"^### ", delta, re.MULTILINE)) == 1
    assert re.findall(r"^## (.*)$", delta, re.MULTILINE)[-1:] == ["ADDED Requirements"]
    reports = validate(texts | _specs(world.root), specs=False)
    assert [report.valid(strict=True) for report in reports if report.id == change] == [True]


def _specs(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in (root / "openspec" / "specs").rglob("spec.md")
    }


def _check_secrets(world: World) -> None:
    sent = json.dumps(world.server.requests)
    assert KEY not in sent
    assert CANARY not in sent
    assert world.server.headers[-1]["authorization"] == f"Bearer {KEY}"
    everything = "".join(world.printed).encode("utf-8", "surrogatepass") + _objects(world.root)
    for path in world.root.parent.rglob("*"):
        if path.is_file() and not path.is_symlink():
            everything += path.read_bytes()
    assert KEY.encode() not in everything
    assert CANARY.encode() not in everything


def _objects(root: Path) -> bytes:
    every = ["git", "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(every, cwd=root, check=True, capture_output=True).stdout


def _check_terminal(printed: list[str]) -> None:
    for text in printed:
        odd = {character for character in text if character not in "\n\t" and not character.isprintable()}
        assert odd == set()
        assert not re.search(r"^(kept|branch) +forged", text, re.MULTILINE)


def test_the_attacks_reach_the_model_and_the_model_reaches_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Were the obedient model never asked, or its good edits refused as well, the tests above would show nothing.
    attack = ATTACKS[0]
    root = make_repo(tmp_path / "repo", documents(attack))
    model = ObedientModel(attack, shift=4)
    with model_server(always=model) as server:
        model.server = server
        monkeypatch.chdir(root)
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        found = json.loads(CliRunner().invoke(app, ["improve", "--json"]).stdout)
        assert {edit["strategy"] for edit in found["edits"]} & {"minimal-span", "reword"}
        assert found["refused"]
        assert any(attack.line[:20] in json.dumps(request) for request in server.requests)
    spec = parse_spec("example", "x", next(iter(documents(attack).values())).decode())
    assert len(spec.requirements) == 3
