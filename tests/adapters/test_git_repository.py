"""The repository port on real repositories."""

import os
from pathlib import Path

import pytest

from geoflow.adapters.git import GitRepository, open_repository
from geoflow.errors import ExitCode, GeoflowError
from tests.builders import git, make_repo, write_tree

SPEC = "openspec/specs/auth/spec.md"


def make_project(folder: Path) -> Path:
    return make_repo(folder, {SPEC: "one\n", "src/main.py": "print()\n"})


def everything(folder: Path) -> dict[str, object]:
    """The whole state that a user sees: HEAD, index bytes, status, refs and files."""
    git_folder = Path(git(folder, "rev-parse", "--absolute-git-dir"))
    return {
        "head": (git_folder / "HEAD").read_bytes(),
        "index": (git_folder / "index").read_bytes(),
        "status": git(folder, "--no-optional-locks", "status", "--porcelain=v2"),
        "refs": git(folder, "for-each-ref", "refs/heads/main", "refs/tags"),
        "files": {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(folder).parts
        },
    }


def code_of(failure: pytest.ExceptionInfo[GeoflowError]) -> tuple[str, ExitCode]:
    assert failure.value.fix
    return failure.value.code, failure.value.exit_code


def test_head_names_commit_and_branch(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    head = open_repository(project).head()
    assert (head.commit, head.branch) == (git(project, "rev-parse", "HEAD"), "main")


def test_head_has_no_branch_when_detached(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    git(project, "checkout", "-q", "--detach")
    head = open_repository(project).head()
    assert (head.commit, head.branch) == (git(project, "rev-parse", "HEAD"), None)


def test_a_branch_with_slashes_keeps_its_name(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    git(project, "checkout", "-q", "-b", "feature/a/b")
    assert open_repository(project).head().branch == "feature/a/b"


def test_a_repository_without_commits_is_told_to_commit(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {SPEC: "one\n"}, commit=False)
    repository = open_repository(project)
    with pytest.raises(GeoflowError) as failure:
        repository.head()
    assert code_of(failure) == ("unborn-branch", ExitCode.ENVIRONMENT)
    with pytest.raises(GeoflowError, match="no commit yet"):
        repository.log(3)
    assert repository.uncommitted() == [SPEC]


def test_a_folder_outside_git_is_told_to_init(tmp_path: Path) -> None:
    write_tree(tmp_path / "p", {SPEC: "one\n"})
    with pytest.raises(GeoflowError) as failure:
        open_repository(tmp_path / "p")
    assert code_of(failure) == ("not-a-repository", ExitCode.ENVIRONMENT)
    assert "git init" in failure.value.fix


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    git(tmp_path, "clone", "-q", "--bare", str(project), "bare")
    for folder in (tmp_path / "bare", project / ".git"):
        with pytest.raises(GeoflowError) as failure:
            open_repository(folder)
        assert code_of(failure) == ("bare-repository", ExitCode.ENVIRONMENT)


def test_a_machine_without_git_is_told_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "p")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GeoflowError) as failure:
        open_repository(project)
    assert code_of(failure) == ("git-missing", ExitCode.ENVIRONMENT)


def test_read_gives_every_file_byte_for_byte(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        SPEC: "\ufeffone\r\ntwo",
        "openspec/with space/ünïcode\tname\n.md": "three",
        "openspec/empty.md": "",
        "openspec/binary.bin": bytes(range(256)),
        "openspec/twice.md": "three",
    }
    project = make_repo(tmp_path / "p", files | {"openspec.md": "no", "other/openspec/x.md": "no"})
    repository = open_repository(project)
    expected = {name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()}
    assert repository.read(repository.head().commit) == expected


def test_read_takes_the_commit_and_not_the_work_tree(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    write_tree(project, {SPEC: "changed\n"})
    repository = open_repository(project)
    assert repository.read("HEAD") == {SPEC: b"one\n"}


def test_the_root_may_be_a_subfolder(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {f"docs/my specs/{SPEC}": "one\n", SPEC: "another root's\n"})
    repository = open_repository(project / "docs" / "my specs")
    head = repository.head().commit
    assert repository.read(head) == {SPEC: b"one\n"}
    assert repository.log(1)[0].openspec_tree == git(project, "rev-parse", "HEAD:docs/my specs/openspec")
    commit = repository.commit(head, {SPEC: b"two\n"}, "change")
    assert repository.read(commit) == {SPEC: b"two\n"}
    assert git(project, "diff", "--name-only", head, commit) == f"docs/my specs/{SPEC}"
    write_tree(project, {f"docs/my specs/{SPEC}": "three\n", SPEC: "not ours\n"})
    assert repository.uncommitted() == [SPEC]


def test_symlinks_and_submodules_below_openspec_are_not_read(tmp_path: Path) -> None:
    inner = make_repo(tmp_path / "inner", {"specs/x/spec.md": "inner\n"})
    project = make_project(tmp_path / "p")
    (project / "openspec" / "link.md").symlink_to("/etc/passwd")
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "openspec/sub")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "links")
    repository = open_repository(project)
    head = repository.head().commit
    assert repository.read(head) == {SPEC: b"one\n"}
    # and they survive a commit beside them
    commit = repository.commit(head, {"openspec/new.md": b"new\n"}, "beside")
    assert git(project, "diff", "--name-status", head, commit) == "A\topenspec/new.md"
    for path in ("openspec/link.md", "openspec/sub", "openspec/sub/x.md", "openspec/link.md/x.md", "openspec/specs"):
        with pytest.raises(GeoflowError) as failure:
            repository.commit(head, {path: b"evil"}, "no")
        assert failure.value.code == "not-a-file"


def test_an_openspec_that_is_a_symlink_or_absent_has_no_files_and_no_tree(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {"real/specs/a/spec.md": "one\n"})
    repository = open_repository(project)
    assert repository.read("HEAD") == {}
    assert repository.log(1)[0].openspec_tree == ""
    (project / "openspec").symlink_to("real")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "link")
    assert repository.read("HEAD") == {}
    assert [commit.openspec_tree for commit in repository.log(5)] == ["", ""]


@pytest.mark.parametrize("name", ["0" * 40, "no-such-branch", "--output=x", "HEAD:openspec/specs/auth/spec.md"])
def test_a_name_that_is_no_commit_is_refused(tmp_path: Path, name: str) -> None:
    repository = open_repository(make_project(tmp_path / "p"))
    with pytest.raises(GeoflowError) as failure:
        repository.read(name)
    assert code_of(failure) == ("bad-object", ExitCode.ENVIRONMENT)


def test_a_missing_blob_is_told_and_not_read_as_empty(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    blob = git(project, "rev-parse", f"HEAD:{SPEC}")
    (project / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GeoflowError) as failure:
        open_repository(project).read("HEAD")
    assert code_of(failure) == ("bad-object", ExitCode.ENVIRONMENT)


def test_uncommitted_lists_every_kind_of_difference(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {f"openspec/{name}.md": name for name in "abcd"})
    assert open_repository(project).uncommitted() == []
    write_tree(project, {"openspec/a.md": "changed", "openspec/new dir/ü\n.md": "new", "src/x.py": "not ours"})
    git(project, "mv", "openspec/b.md", "openspec/renamed.md")
    (project / "openspec" / "c.md").unlink()
    expected = ["openspec/a.md", "openspec/b.md", "openspec/c.md", "openspec/new dir/ü\n.md", "openspec/renamed.md"]
    assert open_repository(project).uncommitted() == expected


def test_uncommitted_names_files_in_conflict(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    git(project, "checkout", "-q", "-b", "other")
    write_tree(project, {SPEC: "theirs\n"})
    git(project, "commit", "-qam", "theirs")
    git(project, "checkout", "-q", "main")
    write_tree(project, {SPEC: "ours\n"})
    git(project, "commit", "-qam", "ours")
    with pytest.raises(Exception, match="merge"):
        git(project, "merge", "other")
    assert open_repository(project).uncommitted() == [SPEC]


def test_commit_and_branch_change_nothing_the_user_sees(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    git(project, "tag", "v1")
    write_tree(project, {SPEC: "dirty\n", "src/main.py": "staged\n", "openspec/untracked.md": "x"})
    git(project, "add", "src/main.py")
    os.utime(project / SPEC, (1, 1))
    before = everything(project)
    repository = open_repository(project)
    head = repository.head().commit
    commit = repository.commit(head, {SPEC: b"two\n", "openspec/specs/new/spec.md": b"new\n"}, "improve: words")
    repository.create_branch("geoflow/improve/r1", commit)
    repository.uncommitted()
    assert everything(project) == before
    assert git(project, "rev-parse", "geoflow/improve/r1") == commit
    assert git(project, "rev-parse", f"{commit}^") == head
    assert repository.read(commit) == {SPEC: b"two\n", "openspec/specs/new/spec.md": b"new\n"}
    assert git(project, "diff", "--name-only", head, commit) == f"{SPEC}\nopenspec/specs/new/spec.md"
    assert git(project, "fsck", "--strict") == ""


def test_commit_keeps_modes_and_writes_bytes_unfiltered(tmp_path: Path) -> None:
    project = make_repo(
        tmp_path / "p", {"openspec/run.md": "one\n", ".gitattributes": "*.md text eol=lf filter=shout\n"}
    )
    git(project, "config", "filter.shout.clean", "touch filter-ran; tr a-z A-Z")
    git(project, "update-index", "--chmod=+x", "openspec/run.md")
    git(project, "commit", "-qm", "executable")
    repository = open_repository(project)
    commit = repository.commit("HEAD", {"openspec/run.md": b"two\r\n\x00", "openspec/new.md": b"n"}, "m")
    assert repository.read(commit)["openspec/run.md"] == b"two\r\n\x00"
    modes = [line.split()[0] for line in git(project, "ls-tree", f"{commit}:openspec").splitlines()]
    assert modes == ["100644", "100755"]  # new.md, run.md


def test_no_hook_runs(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"):
        hook = project / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\nexit 1\n")
        hook.chmod(0o755)
    repository = open_repository(project)
    repository.create_branch("b", repository.commit("HEAD", {SPEC: b"two\n"}, "m"))
    repository.append_note(repository.head().commit, "line")
    repository.uncommitted()
    assert list(tmp_path.glob("ran-*")) == []


def test_a_message_arrives_as_it_was_written(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    git(project, "config", "i18n.commitEncoding", "latin1")
    repository = open_repository(project)
    message = "improve: “words” — ü 漢\n\n# not a comment\n-- body\n\nGeoflow-Finding: 12"
    commit = repository.commit("HEAD", {SPEC: b"two\n"}, f"{message}\n\n")
    assert git(project, "-c", "i18n.logOutputEncoding=utf-8", "log", "-1", "--format=%B", commit) == message
    repository.create_branch("b", commit)
    git(project, "checkout", "-qf", "b")
    assert repository.log(1)[0].subject == "improve: “words” — ü 漢"


def test_commit_without_an_identity_says_how_to_set_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "p")
    git(project, "config", "user.useConfigOnly", "true")
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name)
    repository = open_repository(project)
    with pytest.raises(GeoflowError) as failure:
        repository.commit("HEAD", {SPEC: b"two\n"}, "m")
    assert code_of(failure) == ("no-identity", ExitCode.ENVIRONMENT)
    assert "git config user.name" in failure.value.fix
    assert "git config user.email" in failure.value.fix
    # a measure is recorded all the same
    assert repository.append_note(git(project, "rev-parse", "HEAD"), "line")


def test_a_commit_is_signed_where_the_user_asks_for_it(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    signer = tmp_path / "signer"
    signer.write_text(
        "#!/bin/sh\ncat >/dev/null\nprintf '\\n[GNUPG:] SIG_CREATED \\n' >&2\nprintf 'SIGNED BY TEST\\n'\n"
    )
    signer.chmod(0o755)
    git(project, "config", "gpg.program", str(signer))
    git(project, "config", "user.signingkey", "ada")
    repository = open_repository(project)
    unsigned = repository.commit("HEAD", {SPEC: b"two\n"}, "m")
    git(project, "config", "commit.gpgsign", "true")
    signed = repository.commit("HEAD", {SPEC: b"two\n"}, "m")
    assert "gpgsig" not in git(project, "cat-file", "commit", unsigned)
    assert "gpgsig SIGNED BY TEST" in git(project, "cat-file", "commit", signed)
    signer.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(GeoflowError) as failure:
        repository.commit("HEAD", {SPEC: b"three\n"}, "m")
    assert code_of(failure) == ("signing-failed", ExitCode.ENVIRONMENT)


@pytest.mark.parametrize(
    "path",
    [
        "src/main.py",
        "openspec",
        "openspec/",
        "openspec/../x",
        "/etc/x",
        "openspec//x",
        "openspec/.git/x",
        "openspec/.GIT/x",
    ],
)
def test_a_commit_never_leaves_openspec(tmp_path: Path, path: str) -> None:
    repository = open_repository(make_project(tmp_path / "p"))
    with pytest.raises(GeoflowError, match="no file below openspec/"):
        repository.commit("HEAD", {path: b"x"}, "m")


def test_a_branch_is_never_moved(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    repository = open_repository(project)
    head = repository.head().commit
    commit = repository.commit(head, {SPEC: b"two\n"}, "m")
    repository.create_branch("b", head)
    for name in ("b", "main", "b/below"):
        with pytest.raises(GeoflowError) as failure:
            repository.create_branch(name, commit)
        assert failure.value.code == "branch-exists"
    assert git(project, "rev-parse", "b", "main").splitlines() == [head, head]


@pytest.mark.parametrize("name", ["", "-d", "a..b", "a b", "a.lock", "a~1", "/a", "a\n"])
def test_a_name_that_git_refuses_is_refused(tmp_path: Path, name: str) -> None:
    repository = open_repository(make_project(tmp_path / "p"))
    with pytest.raises(GeoflowError) as failure:
        repository.create_branch(name, repository.head().commit)
    assert code_of(failure) == ("bad-branch-name", ExitCode.USAGE)


def test_a_branch_needs_a_commit(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    repository = open_repository(project)
    for thing in ("0" * 39 + "1", git(project, "rev-parse", "HEAD^{tree}")):
        with pytest.raises(GeoflowError):
            repository.create_branch("b", thing)
    assert git(project, "branch", "--list", "b") == ""


def test_log_lists_commits_newest_first_with_their_openspec_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(tmp_path / "p")
    for number in range(3):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2030-01-0{number + 1}T00:00:00Z")
        write_tree(project, {SPEC: f"{number}\n"})
        git(project, "commit", "-qam", f"subject {number} 100% %H")
    git(project, "config", "log.showSignature", "true")
    commits = open_repository(project).log(3)
    assert [commit.subject for commit in commits] == [f"subject {number} 100% %H" for number in (2, 1, 0)]
    assert [commit.id for commit in commits] == git(project, "rev-list", "-3", "HEAD").splitlines()
    assert [commit.openspec_tree for commit in commits] == [
        git(project, "rev-parse", f"{commit.id}:openspec") for commit in commits
    ]
    assert commits[0].time.isoformat() == "2030-01-03T00:00:00+00:00"
    assert open_repository(project).log(0) == []


def test_a_linked_work_tree_shares_notes_and_state(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    git(project, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    here, there = open_repository(project), open_repository(tmp_path / "side")
    assert there.head().branch == "side"
    assert here.state_folder == there.state_folder == (project / ".git" / "geoflow").resolve()
    commit = there.commit(there.head().commit, {SPEC: b"two\n"}, "m")
    there.create_branch("b", commit)
    there.append_note(commit, "line")
    assert here.notes([commit]) == {commit: "line\n"}


def test_a_shallow_clone_works(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    write_tree(project, {SPEC: "two\n"})
    git(project, "commit", "-qam", "second")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{project}", "shallow")
    repository = open_repository(tmp_path / "shallow")
    assert [commit.subject for commit in repository.log(10)] == ["second"]
    head = repository.head().commit
    repository.create_branch("b", repository.commit(head, {SPEC: b"three\n"}, "m"))
    repository.append_note(head, "line")
    assert repository.notes([head]) == {head: "line\n"}
    with pytest.raises(GeoflowError) as failure:
        repository.read(f"{head}^")
    assert failure.value.code == "bad-object"


def test_a_sha256_repository_works(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main", "--object-format=sha256")
    write_tree(folder, {SPEC: "one\n"})
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "start")
    repository = open_repository(folder)
    head = repository.head().commit
    assert len(head) == 64
    commit = repository.commit(head, {SPEC: b"two\n"}, "m")
    repository.create_branch("b", commit)
    with pytest.raises(GeoflowError, match="exists already"):
        repository.create_branch("b", commit)
    assert repository.read(commit) == {SPEC: b"two\n"}
    assert len(repository.log(1)[0].openspec_tree) == 64
    repository.append_note(commit, "line")
    repository.append_note(commit, "line 2")
    assert repository.notes([head, commit]) == {commit: "line\nline 2\n"}


def test_what_a_hook_inherits_does_not_lead_astray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "p")
    other = make_repo(tmp_path / "other", {"openspec/other.md": "other\n"})
    inherited = {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(other / ".git" / "index"),
        "GIT_PREFIX": "src/",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_NAMESPACE": "n",
    }
    for name, value in inherited.items():
        monkeypatch.setenv(name, value)
    repository = open_repository(project)
    assert repository.read("HEAD") == {SPEC: b"one\n"}
    assert repository.uncommitted() == []
    assert {name: os.environ[name] for name in inherited} == inherited


def test_the_environment_keeps_who_the_user_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "p")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Grace")
    commit = open_repository(project).commit("HEAD", {SPEC: b"two\n"}, "m")
    assert git(project, "log", "-1", "--format=%an", commit) == "Grace"


def test_a_path_with_pattern_signs_is_a_path(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "[ab]*", {SPEC: "one\n", f"[x]/{SPEC}": "sub\n", f"x/{SPEC}": "no\n"})
    repository: GitRepository = open_repository(project / "[x]")
    assert repository.read("HEAD") == {SPEC: b"sub\n"}
    assert repository.uncommitted() == []


def test_a_file_without_content_is_removed_and_no_empty_folder_is_kept(tmp_path: Path) -> None:
    other = "openspec/specs/auth/notes.md"
    project = make_repo(tmp_path / "p", {SPEC: "one\n", other: "two\n", "src/main.py": "print()\n"})
    before = everything(project)
    repository = open_repository(project)
    first = repository.commit(repository.head().commit, {other: None, "openspec/specs/new/spec.md": b"new\n"}, "one")
    second = repository.commit(first, {SPEC: None}, "two")
    names = [git(project, "ls-tree", "-r", "--name-only", commit).splitlines() for commit in (first, second)]
    assert names == [
        ["openspec/specs/auth/spec.md", "openspec/specs/new/spec.md", "src/main.py"],
        ["openspec/specs/new/spec.md", "src/main.py"],
    ]
    assert "openspec/specs/auth" not in git(project, "ls-tree", "-r", "-d", "--name-only", second).splitlines()
    assert everything(project) == before
    git(project, "fsck", "--strict")


def test_removing_a_file_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    repository = open_repository(project)
    commit = repository.commit(repository.head().commit, {"openspec/gone.md": None}, "none")
    assert git(project, "rev-parse", f"{commit}^{{tree}}") == git(project, "rev-parse", "HEAD^{tree}")
