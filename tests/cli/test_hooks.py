"""`geoflow hooks`: installed in real repositories, run by git, beside the hooks of others, and taken away."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geoflow.adapters.hook_text import HOOKS
from tests.builders import git, make_repo, write_tree
from tests.cli.hooking import BAD, BETTER, DOOR, GATE, GOOD, commit, held, own_geoflow, project, run, type_, write_hook
from tests.workflow.monitoring import notes_of


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return project(tmp_path / "p", monkeypatch)


@pytest.fixture
def hooked(repo: Path) -> Path:
    assert type_("hooks", "install").exit_code == 0
    return repo


def states() -> dict[str, str]:
    return {one["name"]: one["state"] for one in json.loads(type_("hooks", "status", "--json").stdout)["hooks"]}


def test_an_invalid_spec_is_not_committed_and_its_issue_is_shown(hooked: Path) -> None:
    done = commit(hooked, {GATE: BAD})
    assert done.returncode == 1
    assert f"{GATE}:7:1: error OS-S4" in done.stderr
    assert git(hooked, "log", "-1", "--format=%s") == "start"


def test_a_valid_spec_is_committed_without_a_word_and_recorded(hooked: Path) -> None:
    done = commit(hooked, {GATE: BETTER})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert '"source":"hook"' in notes_of(hooked, "HEAD")


def test_an_old_flaw_elsewhere_stops_nothing(repo: Path) -> None:
    commit(repo, {GATE: BAD})
    type_("hooks", "install")
    assert commit(repo, {DOOR: BETTER}).returncode == 0


def test_the_way_out_is_one_variable_or_the_option_of_git(hooked: Path) -> None:
    assert commit(hooked, {GATE: BAD}, GEOFLOW_SKIP="1").returncode == 0
    assert commit(hooked, {DOOR: BAD}, GEOFLOW_SKIP="0").returncode == 1
    assert commit(hooked, {DOOR: BAD}, "--no-verify").returncode == 0


def test_a_partial_commit_is_judged_by_what_it_will_hold(hooked: Path) -> None:
    write_tree(hooked, {GATE: BAD, DOOR: BETTER})
    git(hooked, "add", "-A")
    assert run(hooked, "git", "commit", "-q", "-m", "one", "--", DOOR).returncode == 0
    assert run(hooked, "git", "commit", "-q", "-m", "other", "--", GATE).returncode == 1


def test_what_commit_a_takes_along_is_judged(hooked: Path) -> None:
    write_tree(hooked, {GATE: BAD})
    assert run(hooked, "git", "commit", "-q", "-am", "all").returncode == 1
    assert git(hooked, "diff", "--cached", "--name-only") == ""


def test_the_work_tree_is_not_what_counts(hooked: Path) -> None:
    write_tree(hooked, {GATE: BAD})
    git(hooked, "add", "-A")
    write_tree(hooked, {GATE: BETTER})
    assert run(hooked, "git", "commit", "-q", "-m", "staged").returncode == 1


def test_an_amended_commit_is_judged_and_its_record_made(hooked: Path) -> None:
    assert commit(hooked, {GATE: BAD}, "--amend").returncode == 1
    assert commit(hooked, {GATE: BETTER}, "--amend").returncode == 0
    assert notes_of(hooked, "HEAD")


def test_a_first_commit_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path / "other", monkeypatch)  # for the environment
    repo = make_repo(tmp_path / "p", {GATE: BAD}, commit=False)
    monkeypatch.chdir(repo)
    assert type_("hooks", "install").exit_code == 0
    assert commit(repo, {}).returncode == 1
    assert commit(repo, {GATE: GOOD}).returncode == 0


def test_a_commit_from_a_folder_below_and_of_a_tree_in_a_folder_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = 'do$HOME c\'s "x"\nnew*'
    project(tmp_path / "other", monkeypatch)
    repo = make_repo(tmp_path / "it's a p", {f"{name}/{GATE}": GOOD, "src/code.py": "1"})
    monkeypatch.chdir(repo / name)
    assert type_("hooks", "install").exit_code == 0
    write_tree(repo, {f"{name}/{GATE}": BAD, "src/code.py": "2"})
    git(repo, "add", "-A")
    assert run(repo / "src", "git", "commit", "-q", "-m", "code", "--", "code.py").returncode == 0
    refused = run(repo / "src", "git", "commit", "-q", "-m", "spec")
    assert (refused.returncode, "error OS-S4" in refused.stderr) == (1, True)


def test_work_trees_share_the_hooks_and_each_has_its_own_index(hooked: Path, tmp_path: Path) -> None:
    side = tmp_path / "side"
    git(hooked, "worktree", "add", "-q", "-b", "side", str(side))
    assert commit(side, {GATE: BAD}).returncode == 1
    assert commit(side, {GATE: BETTER}).returncode == 0
    assert notes_of(hooked, "side")


def test_installed_in_a_work_tree_of_a_bare_repository_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = project(tmp_path / "p", monkeypatch)
    git(tmp_path, "clone", "-q", "--bare", str(source), "bare.git")
    git(tmp_path / "bare.git", "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    monkeypatch.chdir(tmp_path / "side")
    assert type_("hooks", "install").exit_code == 0
    assert (tmp_path / "bare.git" / "hooks" / "pre-commit").exists()
    assert commit(tmp_path / "side", {GATE: BAD}).returncode == 1


def test_a_submodule_has_hooks_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = project(tmp_path / "inner", monkeypatch)
    outer = make_repo(tmp_path / "outer", {"README.md": "x"})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "specs")
    monkeypatch.chdir(outer / "specs")
    assert type_("hooks", "install").exit_code == 0
    assert (outer / ".git" / "modules" / "specs" / "hooks" / "pre-commit").exists()
    assert commit(outer / "specs", {GATE: BAD}).returncode == 1
    assert commit(outer, {"README.md": "y"}, "--", "README.md").returncode == 0


def test_a_rebase_and_a_merge_go_through_and_what_they_make_is_recorded(hooked: Path) -> None:
    git(hooked, "switch", "-q", "-c", "side")
    commit(hooked, {GATE: BETTER})
    git(hooked, "switch", "-q", "main")
    commit(hooked, {DOOR: BETTER})
    git(hooked, "rebase", "-q", "main", "side")
    assert notes_of(hooked, "side")
    git(hooked, "switch", "-q", "main")
    git(hooked, "merge", "-q", "--no-ff", "-m", "merged", "side")
    assert notes_of(hooked, "HEAD")


def test_a_commit_without_a_spec_starts_no_geoflow(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    own_geoflow(tmp_path / "env", monkeypatch, f'#!/bin/sh\necho "$*" >> "{seen}"\n')
    type_("hooks", "install", "pre-commit")
    assert commit(repo, {"code.py": "2"}).returncode == 0
    assert not seen.exists()
    assert commit(repo, {GATE: BETTER}).returncode == 0
    assert seen.read_text() == "validate --staged\n"


def test_a_geoflow_that_is_gone_stops_no_commit_and_says_what_to_type(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = own_geoflow(tmp_path / "env", monkeypatch)
    type_("hooks", "install")
    assert commit(repo, {GATE: BAD}).returncode == 1
    program.unlink()
    for options in ((), ("--amend",)):
        done = commit(repo, {GATE: BAD}, *options, PATH="/usr/bin:/bin")
        assert done.returncode == 0
        assert done.stderr.count("geoflow: it is not where it was; nothing was checked") == 1
        assert done.stderr.count("geoflow hooks install") == 1
    assert "it is not where it was" in run(repo, "sh", ".git/hooks/post-merge", PATH="/usr/bin:/bin").stderr


@pytest.mark.parametrize("text", ["#!/no/such/python\n", "#!/bin/sh\nexit 1\n", "#!/bin/sh\nexit 3\n", ""])
def test_a_geoflow_that_does_not_start_stops_no_commit(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    program = own_geoflow(tmp_path / "env", monkeypatch)
    type_("hooks", "install", "pre-commit")
    program.write_text(text)
    done = commit(repo, {GATE: BAD})
    assert done.returncode == 0
    assert text == "" or "nothing was checked" in done.stderr


def test_a_folder_of_this_name_in_the_repository_is_not_run(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = tmp_path / "env" / "bin" / "python"
    alone.parent.mkdir(parents=True)
    alone.symlink_to(shutil.which("python3") or "python3")
    monkeypatch.setattr("sys.executable", str(alone))
    type_("hooks", "install", "pre-commit")
    trap = "open('trapped', 'w')\n"
    monkeypatch.delenv("PYTHONPATH")
    assert commit(repo, {GATE: BETTER, "geoflow/__init__.py": trap, "geoflow/__main__.py": trap}).returncode == 0
    assert not (repo / "trapped").exists()


def test_a_graphical_client_with_a_path_of_its_own_is_served(hooked: Path) -> None:
    git_folder = str(Path(shutil.which("git") or "git").parent)
    assert commit(hooked, {GATE: BAD}, PATH=f"{git_folder}:/usr/bin:/bin").returncode == 1


def test_the_hook_that_was_there_is_called_first_and_its_no_counts(repo: Path) -> None:
    write_hook(repo, "pre-commit", 'echo "old $#" >> seen; test ! -e stop || exit 3')
    type_("hooks", "install")
    assert commit(repo, {GATE: BAD}).returncode == 1
    assert (repo / "seen").read_text() == "old 0\n"
    (repo / "stop").touch()
    done = commit(repo, {GATE: BAD}, GEOFLOW_SKIP="1")
    assert (done.returncode, "OS-S4" in done.stderr) == (1, False)


def test_the_exit_status_of_the_kept_hook_is_given_on(repo: Path) -> None:
    for name in HOOKS:
        write_hook(repo, name, "exit 3")
    type_("hooks", "install")
    codes = {name: run(repo, "sh", f".git/hooks/{name}").returncode for name in HOOKS}
    assert codes == dict.fromkeys(HOOKS, 3)


def test_kept_hooks_get_the_arguments_and_the_input_that_git_gives(repo: Path, tmp_path: Path) -> None:
    for name in ("pre-push", "post-rewrite"):
        write_hook(repo, name, f'echo "$*" > {name}.arguments; cat > {name}.input')
    type_("hooks", "install")
    git(repo, "init", "-q", "--bare", str(tmp_path / "far.git"))
    git(repo, "remote", "add", "far", str(tmp_path / "far.git"))
    assert run(repo, "git", "push", "-q", "far", "main").returncode == 0
    head = git(repo, "rev-parse", "HEAD")
    assert (repo / "pre-push.arguments").read_text() == f"far {tmp_path / 'far.git'}\n"
    assert (repo / "pre-push.input").read_text() == f"refs/heads/main {head} refs/heads/main {'0' * 40}\n"
    git(repo, "commit", "-q", "--amend", "-m", "other words")
    assert (repo / "post-rewrite.arguments").read_text() == "amend\n"
    assert (repo / "post-rewrite.input").read_text() == f"{head} {git(repo, 'rev-parse', 'HEAD')}\n"


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o700])
def test_there_and_back_leaves_the_folder_as_it_was(repo: Path, mode: int) -> None:
    write_hook(repo, "pre-commit", "exit 0 # é\r", mode)
    (repo / ".git" / "hooks" / "post-merge").symlink_to("../../no-such-script")
    before = held(repo)
    type_("hooks", "install")
    assert set(states().values()) == {"installed"}
    result = type_("hooks", "uninstall")
    assert result.exit_code == 0
    assert held(repo) == before


def test_a_hook_that_git_would_not_run_is_not_called(repo: Path) -> None:
    write_hook(repo, "pre-commit", "exit 3", 0o644)
    assert "kept as pre-commit.geoflow-kept" in type_("hooks", "install").stdout
    assert commit(repo, {GATE: BETTER}).returncode == 0
    assert "may not be run, as before" in type_("hooks", "status").stdout


def test_typed_twice_nothing_changes_and_an_older_hook_is_brought_up_to_date(hooked: Path) -> None:
    before = held(hooked)
    assert type_("hooks", "install").stdout.count("is there already") == len(HOOKS)
    assert held(hooked) == before
    write_hook(hooked, "pre-commit", "# geoflow-hook 0\nexit 9")
    assert states()["pre-commit"] == "outdated"
    type_("hooks", "install")
    assert held(hooked) == before


def test_only_looking_writes_nothing(repo: Path) -> None:
    write_hook(repo, "pre-push", "exit 0")
    before = held(repo)
    shown = type_("hooks", "install", "--dry-run").stdout
    assert "pre-commit    would be installed\n" in shown
    assert "pre-push      would be installed; what is there would be kept" in shown
    assert held(repo) == before


def test_only_the_hooks_that_are_named_are_installed(repo: Path) -> None:
    assert type_("hooks", "install", "post-commit").exit_code == 0
    assert set(held(repo)) == {"post-commit"}
    unknown = type_("hooks", "install", "commit-msg", "--json")
    assert (unknown.exit_code, "geoflow has no hook commit-msg" in unknown.output) == (2, True)


@pytest.mark.parametrize(("scope", "value"), [("local", ".hooks"), ("global", "~/hooks"), ("local", "/dev/null")])
def test_a_hooks_path_of_another_tool_is_refused_with_what_to_type(repo: Path, scope: str, value: str) -> None:
    git(repo, "config", f"--{scope}", "core.hooksPath", value)
    result = type_("hooks", "install")
    assert result.exit_code == 3
    assert f"core.hooksPath ({scope})" in result.stderr
    assert "none of them is run: core.hooksPath" in type_("hooks", "status").stderr
    assert f"git config --{scope} --unset-all core.hooksPath" in result.stderr
    assert held(repo) == {}


def test_husky_is_told_its_own_file(repo: Path) -> None:
    git(repo, "config", "core.hooksPath", ".husky/_")
    assert "echo 'geoflow validate --staged' >> .husky/pre-commit" in type_("hooks", "install").stderr


def test_a_hooks_path_that_names_the_own_folder_is_no_hindrance(repo: Path) -> None:
    git(repo, "config", "core.hooksPath", ".git/hooks")
    assert type_("hooks", "install").exit_code == 0
    assert commit(repo, {GATE: BAD}).returncode == 1


def test_a_hooks_path_of_one_work_tree_stands_for_that_one_alone(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repo, "config", "extensions.worktreeConfig", "true")
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    git(tmp_path / "side", "config", "--worktree", "core.hooksPath", ".hooks")
    assert type_("hooks", "install").exit_code == 0
    monkeypatch.chdir(tmp_path / "side")
    result = type_("hooks", "install")
    assert (result.exit_code, "core.hooksPath (worktree)" in result.stderr) == (3, True)


def test_a_hooks_folder_that_is_a_link_into_the_work_tree_is_refused(repo: Path) -> None:
    shutil.rmtree(repo / ".git" / "hooks")
    (repo / "scripts").mkdir()
    (repo / ".git" / "hooks").symlink_to("../scripts")
    result = type_("hooks", "install")
    assert (result.exit_code, list((repo / "scripts").iterdir())) == (3, [])


def test_two_hooks_to_keep_are_one_too_many_and_nothing_is_written(hooked: Path) -> None:
    write_hook(hooked, "pre-push.geoflow-kept", "exit 0")
    write_hook(hooked, "pre-push", "exit 1")
    (hooked / ".git" / "hooks" / "pre-commit").unlink()
    before = held(hooked)
    result = type_("hooks", "install")
    assert (result.exit_code, "pre-push.geoflow-kept" in result.stderr) == (3, True)
    assert held(hooked) == before
    type_("hooks", "uninstall")
    assert {name: held(hooked)[name] for name in ("pre-push", "pre-push.geoflow-kept")} == {
        name: before[name] for name in ("pre-push", "pre-push.geoflow-kept")
    }


@pytest.mark.parametrize("killed", ["after its second name", "after its first name went"])
def test_an_installation_that_was_killed_is_finished_by_the_next(repo: Path, killed: str) -> None:
    hook = write_hook(repo, "pre-commit", "exit 3")
    before = held(repo)
    kept = hook.with_name("pre-commit.geoflow-kept")
    if killed == "after its second name":
        os.link(hook, kept)
    else:
        hook.rename(kept)
    type_("hooks", "install", "pre-commit")
    assert run(repo, "sh", ".git/hooks/pre-commit").returncode == 3
    type_("hooks", "uninstall")
    assert held(repo) == before


def test_killed_at_any_moment_the_hook_that_was_there_is_still_called(repo: Path) -> None:
    hook = write_hook(repo, "pre-commit", "exit 3")
    before = held(repo)
    program = (
        "from pathlib import Path; from geoflow.adapters.hook_files import put\n"
        f"print('begun', flush=True)\nfor name in {HOOKS}: put(Path({str(hook.parent)!r}), name, ''); print(name, flush=True)"
    )
    for lines in range(len(HOOKS) + 1):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as killed:
            assert killed.stdout
            for _ in range(lines):
                killed.stdout.readline()
            killed.kill()
        assert run(repo, "sh", ".git/hooks/pre-commit").returncode == 3
        assert type_("hooks", "install").exit_code == 0
        assert type_("hooks", "uninstall").exit_code == 0
        assert {name: one for name, one in held(repo).items() if not name.startswith(".")} == before


def test_a_push_is_held_back_by_a_broken_threshold_only_where_head_is_pushed(
    hooked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = "monitor:\n  check:\n    - {measure: size.requirements, min: 100}\n"
    commit(hooked, {"openspec/geoflow.yaml": settings})
    git(hooked, "init", "-q", "--bare", str(tmp_path / "far.git"))
    far = str(tmp_path / "far.git")
    refused = run(hooked, "git", "push", "-q", far, "main")
    assert (refused.returncode, "FAIL  size.requirements" in refused.stderr) == (1, True)
    assert run(hooked, "git", "push", "-q", far, "HEAD~:refs/heads/older").returncode == 0
    assert run(hooked, "git", "push", "-q", far, "main", GEOFLOW_SKIP="1").returncode == 0


def test_a_commit_in_a_tree_without_specs_is_let_be(hooked: Path) -> None:
    git(hooked, "switch", "-q", "--orphan", "pages")
    done = commit(hooked, {"index.html": "x"})
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_terminal_or_a_repository_the_failure_is_one_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_tree(tmp_path / "p", {GATE: GOOD}))
    result = type_("hooks", "install")
    assert (result.exit_code, "is not in a git repository" in result.stderr) == (3, True)
