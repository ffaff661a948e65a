"""`geoflow improve` where git, the disk or the repository is not as usual: it works, or says what to type."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.cli.test_improve_killed import users_things
from tests.servers import model_server

PATH = "openspec/specs/example/spec.md"
VAGUE = requirement("Reading", "The reader SHALL gracefully stop within 10 s.")
LOWER = requirement("Writing", "The writer SHALL keep the file. A reader must wait.")
FILES = {PATH: spec(VAGUE, LOWER)}
GIT = shutil.which("git") or ""
IDENTITY = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")


def good(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"old_span": "gracefully stop", "new_span": "stop"}


def improve(root: Path, base_url: str = "none", **environment: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", "geoflow", "improve", "--json"],
        cwd=root,
        env={**os.environ, "GEOFLOW_LLM__BASE_URL": base_url, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def check_improved(root: Path, changed: str = f"1\t1\t{PATH}") -> dict[str, Any]:
    """Check that a run delivers one line of one file, and leaves the user's things as they are."""
    for waiting in git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads/geoflow/").splitlines():
        git(root, "-c", "core.hooksPath=/dev/null", "update-ref", "-d", f"refs/heads/{waiting}")
    before = things(root)
    status, document, err = improve(root)
    assert status == 0, (document, err)
    assert git(root, "diff", "--numstat", document["base"], document["branch"]) == changed
    assert things(root) == before
    assert subprocess.run(["git", "fsck", "--no-dangling"], cwd=root, capture_output=True, check=False).returncode == 0
    return document


def check_refused(root: Path, code: str, **environment: str) -> dict[str, Any]:
    """Check that a run fails with a code and a fix, with no ref written, and nothing of the user's touched."""
    before, refs = things(root), git(root, "for-each-ref")
    with model_server(always=good) as server:
        status, document, _ = improve(root, server.base_url, **environment)
        document["asked"] = len(server.requests)
    assert (status, document["code"]) == (3, code), document
    assert document["message"]
    assert document["fix"]
    assert things(root) == before
    assert git(root, "for-each-ref") == refs
    return document


def things(root: Path) -> Any:
    """Read what is the user's; in a work tree without a git folder of its own what git says of it."""
    if (root / ".git").is_dir():
        return users_things(root)
    return git(root, "status", "--porcelain=v2"), git(root, "rev-parse", "HEAD"), git(root, "ls-files", "-s")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "r", FILES)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder read-only: by a mount for root, whom permissions do not stop, else by permissions."""
    if os.geteuid() == 0:
        mounts = (["mount", "--bind", str(folder), str(folder)], ["mount", "-o", "remount,ro,bind", str(folder)])
        if any(subprocess.run(command, capture_output=True, check=False).returncode for command in mounts):
            pytest.skip("root may not mount here")
        try:
            yield
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    places = [folder, *folder.rglob("*")]
    modes = {place: place.stat().st_mode for place in places}
    for place in places:
        place.chmod(modes[place] & ~0o222)
    try:
        yield
    finally:
        for place in places:
            place.chmod(modes[place])


def fake_git(folder: Path, script: str) -> str:
    """Put a git in front of the real one ($GIT), which fails where the script says so; the PATH with it."""
    write_tree(folder, {"git": f'#!/bin/sh\nGIT="{GIT}"\n{script}\nexec "$GIT" "$@"\n'})
    (folder / "git").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def fill(file: Path) -> None:
    """Write a file until its disk is full."""
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        while True:
            filler.write(b"\0" * 4096)


# What is refused


def test_a_read_only_git_folder_is_told_before_the_model_is_asked(root: Path) -> None:
    with read_only(root / ".git"):
        document = check_refused(root, "git-not-writable")
        assert document["asked"] == 0
        assert "--dry-run" in document["fix"]
        done = subprocess.run(
            [sys.executable, "-m", "geoflow", "improve", "--dry-run", "--json"],
            cwd=root,
            env={**os.environ, "GEOFLOW_LLM__BASE_URL": "none"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert len(json.loads(done.stdout)["edits"]) == 1


def test_a_read_only_work_tree_is_improved_since_it_is_only_read(root: Path) -> None:
    with read_only(root / "openspec"):
        check_improved(root)


def test_a_triage_in_a_read_only_work_tree_says_so_and_makes_no_branch(root: Path) -> None:
    git(root, "config", "user.name", "Ada Example")
    git(root, "config", "user.email", "ada@example.org")
    improve(root)
    refs = git(root, "for-each-ref")
    with read_only(root / "openspec"):
        done = subprocess.run(
            [sys.executable, "-m", "geoflow", "improve", "--accept", "all", "--json"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, json.loads(done.stdout)["code"]) == (3, "not-writable")
    assert git(root, "for-each-ref") == refs


@pytest.mark.parametrize("command", ["hash-object", "mktree", "commit-tree", "update-ref"])
def test_a_disk_that_is_full_at_any_step_writes_no_ref_and_the_model_is_not_asked_again(
    tmp_path: Path, root: Path, command: str
) -> None:
    full = tmp_path / "full"
    full.touch()
    fails = f'[ -e "{full}" ] && [ -e "{tmp_path}/asked" ] && for word in "$@"; do [ "$word" = "{command}" ] && '
    says = '{ echo "fatal: write error: No space left on device" >&2; exit 128; }; done'
    path = fake_git(tmp_path / "bin", fails + says)

    def asked(body: Mapping[str, Any]) -> dict[str, Any]:
        (tmp_path / "asked").touch()
        return good(body)

    before, refs = users_things(root), git(root, "for-each-ref")
    with model_server(always=asked) as server:
        status, document, _ = improve(root, server.base_url, PATH=path)
        assert (status, document["code"]) == (3, "git-not-writable"), document
        assert "room on its disk" in document["fix"]
        assert (users_things(root), git(root, "for-each-ref")) == (before, refs)
        full.unlink()
        status, document, _ = improve(root, server.base_url, PATH=path)
        assert (status, len(document["edits"]), len(server.requests)) == (0, 2, 1)


def test_a_disk_that_is_really_full_is_told_and_costs_no_ref(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        root = make_repo(disk / "r", FILES)
        before, refs = users_things(root), git(root, "for-each-ref")
        fill(disk / "filler")
        with model_server(always=good) as server:
            status, document, _ = improve(root, server.base_url)
            assert (status, document["code"], len(server.requests)) == (3, "git-not-writable", 0), document
            assert (users_things(root), git(root, "for-each-ref")) == (before, refs)
            (disk / "filler").unlink()
            assert improve(root, server.base_url)[0] == 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_without_an_identity_the_model_is_not_asked(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(root, "config", "user.useConfigOnly", "true")
    for name in IDENTITY:
        monkeypatch.delenv(name)
    document = check_refused(root, "no-identity")
    assert document["asked"] == 0
    assert "git config user.email" in document["fix"]


def test_a_signer_that_fails_leaves_nothing_and_costs_no_second_call(tmp_path: Path, root: Path) -> None:
    write_tree(tmp_path, {"signer": "#!/bin/sh\necho 'no secret key' >&2\nexit 1\n"})
    (tmp_path / "signer").chmod(0o755)
    git(root, "config", "commit.gpgsign", "true")
    git(root, "config", "gpg.program", str(tmp_path / "signer"))
    document = check_refused(root, "signing-failed")
    assert document["asked"] == 1
    assert "commit.gpgsign" in document["fix"]
    git(root, "config", "commit.gpgsign", "false")
    with model_server(always=good) as server:
        status, document, err = improve(root, server.base_url)
        assert (status, len(document["edits"]), len(server.requests)) == (0, 2, 0)
    assert "goes on with the run" in err


def test_a_repository_of_somebody_else_is_refused_with_the_command_that_trusts_it(tmp_path: Path, root: Path) -> None:
    path = fake_git(tmp_path / "bin", "export GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
    assert "safe.directory" in check_refused(root, "unsafe-repository", PATH=path)["fix"]


def test_without_git_on_the_path_it_says_where_to_get_it(tmp_path: Path, root: Path) -> None:
    assert "git-scm.com" in check_refused(root, "git-missing", PATH=str(tmp_path))["fix"]


def test_an_unborn_branch_and_a_bare_repository_are_told_apart(tmp_path: Path) -> None:
    unborn = make_repo(tmp_path / "unborn", FILES, commit=False)
    assert improve(unborn)[1]["code"] == "unborn-branch"
    born = make_repo(tmp_path / "born", FILES)
    git(tmp_path, "clone", "-q", "--bare", str(born), "bare.git")
    write_tree(tmp_path / "bare.git", FILES)
    assert improve(tmp_path / "bare.git")[1]["code"] == "bare-repository"


# What works as it does anywhere


def test_no_hook_comes_into_play(tmp_path: Path, root: Path) -> None:
    names = ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "reference-transaction", "post-rewrite")
    hooks = write_tree(
        tmp_path / "hooks", {name: f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\nexit 1\n" for name in names}
    )
    for name in names:
        (hooks / name).chmod(0o755)
        shutil.copy(hooks / name, root / ".git/hooks" / name)
    check_improved(root)
    git(root, "config", "core.hooksPath", str(hooks))
    check_improved(root)
    assert list(tmp_path.glob("ran-*")) == []


@pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed")
def test_commits_are_signed_with_a_real_key_and_the_record_is_not(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(os.path.realpath("/tmp")) / f"gpg-{os.getpid()}"  # a socket's path has to be short
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    try:
        make = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "ada@example.org", "ed25519"]
        subprocess.run(make, check=True, capture_output=True)
        git(root, "config", "commit.gpgsign", "true")
        git(root, "config", "user.signingkey", "ada@example.org")
        document = check_improved(root)
        git(root, "verify-commit", document["branch"])
        assert "gpgsig" not in git(root, "cat-file", "commit", f"refs/geoflow/runs/{document['run']}")
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")
def test_commits_are_signed_with_an_ssh_key(tmp_path: Path, root: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    write_tree(tmp_path, {"signers": f"ada@example.org {key.with_suffix('.pub').read_text()}"})
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingkey", f"{key}.pub"),
        ("commit.gpgsign", "true"),
        ("gpg.ssh.allowedSignersFile", str(tmp_path / "signers")),
    ):
        git(root, "config", name, value)
    git(root, "verify-commit", check_improved(root)["branch"])
    key.unlink()
    check_refused(root, "signing-failed")


def test_a_submodule_is_left_as_it_is(tmp_path: Path, root: Path) -> None:
    other = make_repo(tmp_path / "other", FILES)
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "openspec/specs/other")
    git(root, "commit", "-qm", "submodule")
    document = check_improved(root)
    assert {edit["path"] for edit in document["edits"]} == {PATH}


def test_a_sparse_checkout_without_the_specs_is_improved_all_the_same(root: Path) -> None:
    write_tree(root, {"openspec/project.md": "x\n", "src/main.txt": "x\n", "openspec/specs/far/spec.md": FILES[PATH]})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "more")
    git(root, "sparse-checkout", "set", "--no-cone", "/openspec/project.md", f"/{PATH}")
    assert not (root / "openspec/specs/far").exists()
    check_improved(root, f"1\t1\t{PATH}\n1\t1\topenspec/specs/far/spec.md")


def test_line_ends_of_the_commit_are_kept_whatever_the_work_tree_has(tmp_path: Path) -> None:
    text = FILES[PATH]
    windows = make_repo(tmp_path / "windows", {PATH: text.replace("\n", "\r\n")})
    document = check_improved(windows)
    kept = subprocess.run(["git", "show", f"{document['branch']}:{PATH}"], cwd=windows, capture_output=True, check=True)
    assert kept.stdout.count(b"\r\n") == kept.stdout.count(b"\n") == text.count("\n")
    for name, attributes in (("autocrlf", ""), ("eol", "*.md text eol=crlf\n")):
        root = make_repo(tmp_path / name, {PATH: text, ".gitattributes": attributes})
        git(root, "config", "core.autocrlf", "true" if name == "autocrlf" else "false")
        (root / PATH).unlink()
        git(root, "checkout", "-q", "--", PATH)
        assert b"\r\n" in (root / PATH).read_bytes()
        document = check_improved(root)
        assert "\r" not in git(root, "show", f"{document['branch']}:{PATH}")


def test_names_that_differ_in_case_alone_stay_two_files(tmp_path: Path) -> None:
    other = "openspec/specs/EXAMPLE/spec.md"
    root = make_repo(tmp_path / "r2", {**FILES, other: spec(requirement("Idle", "The clerk SHALL close the file."))})
    check_improved(root)
    (root / "openspec/specs/Example").mkdir()
    git(root, "mv", PATH, "openspec/specs/Example/spec.md")  # in the index alone: the commit has the old name
    check_improved(root)


def test_a_linked_work_tree_and_a_detached_head_are_improved(tmp_path: Path, root: Path) -> None:
    git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    check_improved(tmp_path / "linked")
    git(root, "checkout", "-q", "--detach")
    check_improved(root)


def test_a_shallow_clone_is_improved(tmp_path: Path, root: Path) -> None:
    git(root, "commit", "-q", "--allow-empty", "-m", "second")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{root}", "shallow")
    check_improved(tmp_path / "shallow")


def test_a_sha256_repository_is_improved(tmp_path: Path) -> None:
    folder = tmp_path / "sha256"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main", "--object-format=sha256")
    write_tree(folder, FILES)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "start")
    assert len(check_improved(folder)["base"]) == 64


def test_a_clone_that_borrows_its_objects_is_improved(tmp_path: Path, root: Path) -> None:
    git(tmp_path, "clone", "-q", "--shared", str(root), "borrower")
    assert (tmp_path / "borrower/.git/objects/info/alternates").exists()
    objects = git(root, "count-objects", "-v")
    check_improved(tmp_path / "borrower")
    assert git(root, "count-objects", "-v") == objects


def test_a_hundred_thousand_packed_refs_are_no_hindrance(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD")
    lines = "".join(f"{commit} refs/tags/t{number:06}\n" for number in range(100_000))
    (root / ".git/packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{lines}")
    check_improved(root)


def test_a_root_below_the_top_of_the_repository_is_improved(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "mono", {f"parts/one/{PATH}": FILES[PATH], "parts/two/x.txt": "x\n"})
    before = users_things(root)
    status, document, _ = improve(root / "parts/one")
    assert (status, git(root, "diff", "--name-only", "main", document["branch"])) == (0, f"parts/one/{PATH}")
    assert users_things(root) == before
