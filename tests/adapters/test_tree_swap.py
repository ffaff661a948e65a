"""Plans carried out on real files: in one step, file by file, disturbed and killed."""

import contextlib
import json
import os
import platform
import socket
import stat
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoflow.adapters import tree_exchange
from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.model import WritePlan
from tests.adapters.swapping import (
    BEFORE,
    CLAIM,
    EDITS,
    PLAN,
    Files,
    after,
    files_of,
    fresh,
    go,
    kill_at_random,
    moments,
    names,
    remaining,
    texts,
)
from tests.builders import write_tree

ALPHA = "openspec/specs/alpha/spec.md"
MEMORY = Path("/dev/shm")
linux_or_mac = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot exchange folders")
pytestmark = linux_or_mac


def write(path: str, text: str) -> WritePlan:
    return WritePlan(((path, text),), (), ())


def in_one_step(root: Path, plan: WritePlan) -> None:
    """Carry a plan out as most do: the folder openspec/ is another one afterwards."""
    number = (root / "openspec").stat().st_ino
    go(root, plan, scratch=root / ".git" / "geoflow" / "archive")
    assert (root / "openspec").stat().st_ino != number
    assert names(root / ".git" / "geoflow" / "archive") == []


def in_steps(root: Path, plan: WritePlan) -> None:
    """Carry a plan out from inside openspec/, where folders are not exchanged."""
    number = (root / "openspec").stat().st_ino
    with contextlib.chdir(root / "openspec"):
        go(root, plan, scratch=root / ".git" / "geoflow" / "archive")
    assert (root / "openspec").stat().st_ino == number


WAYS = pytest.mark.parametrize("way", [in_one_step, in_steps])
Way = Callable[[Path, WritePlan], None]


def refusal(root: Path, plan: WritePlan, way: Way) -> GeoflowError:
    """Carry a plan out that is refused: nothing may have changed, and nothing be left."""
    before = everything(root)
    with pytest.raises(GeoflowError) as failure:
        way(root, plan)
    assert everything(root) == before
    assert failure.value.exit_code is ExitCode.ENVIRONMENT
    assert failure.value.fix
    return failure.value


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    """Give mode and content of all below the root, folders too; the folder for what is under way left out."""
    found: dict[str, tuple[int, bytes]] = {}
    for path in root.rglob("*"):
        if ".git" not in path.parts:
            mode = path.lstat().st_mode
            content = path.read_bytes() if stat.S_ISREG(mode) else b""
            found[str(path.relative_to(root))] = (mode, os.fsencode(path.readlink()) if path.is_symlink() else content)
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fresh(tmp_path / "p")


@WAYS
def test_the_whole_plan_is_carried_out(root: Path, way: Way) -> None:
    before = files_of(root)
    way(root, PLAN)
    assert files_of(root) == after(before, PLAN)
    assert not (root / "openspec/specs/gone").exists()
    assert not (root / "openspec/changes/add-x").exists()
    assert names(root) == [".git", "openspec"]


@WAYS
def test_an_empty_plan_changes_nothing(root: Path, way: Way) -> None:
    before = everything(root)
    way(root, WritePlan((), (), ()))
    assert everything(root) == before


@WAYS
def test_bytes_that_are_no_utf_8_and_line_ends_are_written_as_they_were_read(root: Path, way: Way) -> None:
    way(root, write("openspec/specs/beta/spec.md", "b\udcff\r\nmore\r\n"))
    assert (root / "openspec/specs/beta/spec.md").read_bytes() == b"b\xff\r\nmore\r\n"


@WAYS
def test_folders_that_a_delete_empties_go_and_others_stay(root: Path, way: Way) -> None:
    write_tree(root, {"openspec/specs/a/b/c/spec.md": "c", "openspec/specs/a/spec.md": "a"})
    (root / "openspec/specs/empty").mkdir()
    way(root, WritePlan((), ("openspec/specs/a/b/c/spec.md",), ()))
    assert names(root / "openspec/specs/a") == ["spec.md"]
    assert (root / "openspec/specs/empty").is_dir()


@WAYS
def test_the_folder_of_all_specs_stays_when_the_last_one_goes(tmp_path: Path, way: Way) -> None:
    root = write_tree(tmp_path / "p", {"openspec/specs/a/spec.md": "a", ".git/HEAD": ""})
    way(root, WritePlan((), ("openspec/specs/a/spec.md",), ()))
    assert names(root / "openspec/specs") == []


@WAYS
def test_a_folder_whose_file_is_deleted_stays_where_another_is_written(root: Path, way: Way) -> None:
    deleted = "openspec/specs/gone/deep/spec.md"
    way(root, WritePlan((("openspec/specs/gone/new/spec.md", "n"),), (deleted,), ()))
    assert names(root / "openspec/specs/gone") == ["new"]


@WAYS
def test_a_written_file_keeps_its_mode(root: Path, way: Way) -> None:
    (root / ALPHA).chmod(0o640)
    way(root, PLAN)
    assert stat.S_IMODE((root / ALPHA).stat().st_mode) == 0o640


def test_folders_keep_mode_and_time_and_untouched_files_are_the_same_files(root: Path) -> None:
    folder, file = root / "openspec/specs/other", root / "openspec/specs/other/spec.md"
    folder.chmod(0o2751)
    (root / "openspec/specs/beta").chmod(0o555)
    for path in (file, folder):
        os.utime(path, ns=(1, 1_600_000_000_123_456_789))
    number, old = file.stat().st_ino, (root / ALPHA).stat()
    in_one_step(root, PLAN)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (number, 1_600_000_000_123_456_789)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2751
    assert folder.stat().st_mtime_ns == 1_600_000_000_123_456_789
    assert stat.S_IMODE((root / "openspec/specs/beta").stat().st_mode) == 0o555
    assert (root / ALPHA).stat().st_ino != old.st_ino
    assert (root / "openspec/specs").stat().st_mtime_ns > old.st_mtime_ns


@WAYS
def test_links_empty_folders_and_nested_repositories_are_kept(root: Path, way: Way) -> None:
    write_tree(root, {"openspec/nested/.git/HEAD": "ref", "README.md": "r"})
    (root / "openspec/specs/other/link.md").symlink_to("../../../README.md")
    (root / "openspec/changes/add-x/folder").symlink_to("../../specs")
    (root / "openspec/dangling").symlink_to("nowhere")
    (root / "openspec/changes/add-x/empty").mkdir()
    way(root, PLAN)
    archived = root / "openspec/changes/archive/2026-11-22-add-x"
    assert (root / "openspec/specs/other/link.md").read_text() == "r"
    assert str((archived / "folder").readlink()) == "../../specs"
    assert str((root / "openspec/dangling").readlink()) == "nowhere"
    assert (archived / "empty").is_dir()
    assert (root / "openspec/nested/.git/HEAD").read_text() == "ref"


@WAYS
def test_openspec_may_be_a_link_to_the_folder(tmp_path: Path, way: Way) -> None:
    store = fresh(tmp_path / "store")
    root = tmp_path / "p"
    (root / ".git").mkdir(parents=True)
    (root / "openspec").symlink_to("../store/openspec")
    before = files_of(store)
    way(root, PLAN)
    assert str((root / "openspec").readlink()) == "../store/openspec"
    assert files_of(store) == after(before, PLAN)


@WAYS
def test_a_spec_behind_a_link_is_written_where_it_lies(root: Path, way: Way) -> None:
    (root / "openspec/specs/linked").symlink_to("alpha")
    (root / "openspec/specs/single").mkdir()
    (root / "openspec/specs/single/spec.md").symlink_to("../beta/spec.md")
    plan = WritePlan((("openspec/specs/linked/spec.md", "L"), ("openspec/specs/single/spec.md", "S")), (), ())
    expected = {path: (root / path).read_bytes() for path, _ in plan.writes}
    with contextlib.chdir(root / "openspec") if way is in_steps else contextlib.nullcontext():
        go(root, plan, scratch=root / ".git/geoflow", expected=expected)
    assert (root / ALPHA).read_text() == "L"
    assert (root / "openspec/specs/beta/spec.md").read_text() == "S"
    assert str((root / "openspec/specs/single/spec.md").readlink()) == "../beta/spec.md"


@pytest.mark.parametrize(
    "path",
    ["/etc/x", "openspec/../x", "x.md", "openspec", "openspec//x", "openspec/./x", "../openspec/x", "openspec/\0"],
)
def test_paths_that_are_not_below_openspec_are_refused(root: Path, path: str) -> None:
    for plan in (write(path, "x"), WritePlan((), (path,), ()), WritePlan((), (), (("openspec/changes/add-x", path),))):
        assert refusal(root, plan, in_one_step).code == "outside-openspec"


@WAYS
def test_links_that_leave_openspec_are_refused(root: Path, tmp_path: Path, way: Way) -> None:
    outside = write_tree(tmp_path / "outside", {"spec.md": "mine"})
    (root / "openspec/specs/out").symlink_to(outside)
    (root / "openspec/specs/file").mkdir()
    (root / "openspec/specs/file/spec.md").symlink_to(outside / "spec.md")
    assert refusal(root, write("openspec/specs/out/spec.md", "x"), way).code == "outside-openspec"
    assert refusal(root, write("openspec/specs/file/spec.md", "x"), way).code == "outside-openspec"
    assert (outside / "spec.md").read_text() == "mine"


@WAYS
def test_two_paths_that_are_one_file_are_refused(root: Path, way: Way) -> None:
    (root / "openspec/specs/linked").symlink_to("alpha")
    plan = WritePlan(((ALPHA, "one"), ("openspec/specs/linked/spec.md", "two")), (), ())
    assert refusal(root, plan, way).code == "plan-conflict"


@WAYS
def test_a_place_that_is_taken_and_a_folder_that_is_none_are_refused(root: Path, way: Way) -> None:
    taken = WritePlan((), (), (("openspec/changes/add-x", "openspec/changes/add-y"),))
    assert refusal(root, taken, way).code == "exists"
    missing = WritePlan((), (), (("openspec/changes/add-z", "openspec/changes/archive/z"),))
    assert refusal(root, missing, way).code == "not-a-folder"
    (root / "openspec/changes/add-z").symlink_to("add-y")
    assert refusal(root, missing, way).code == "not-a-folder"


@WAYS
def test_pipes_and_sockets_are_refused_before_anything_happens(root: Path, way: Way) -> None:
    os.mkfifo(root / "openspec/specs/other/pipe")
    assert refusal(root, PLAN, way).code == "special-file"
    (root / "openspec/specs/other/pipe").unlink()
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as server:
        # the name of a socket may have 100 characters or so
        (Path(short) / "l").symlink_to(root / "openspec")
        server.bind(f"{short}/l/s")
        assert refusal(root, PLAN, way).code == "special-file"


@WAYS
def test_a_file_that_is_not_what_the_plan_was_made_from_is_refused(root: Path, way: Way) -> None:
    made_from = files_of(root)
    inside = contextlib.chdir(root / "openspec") if way is in_steps else contextlib.nullcontext()
    changed = ("openspec/specs/gone/deep/spec.md", "openspec/specs/new/spec.md", ALPHA)
    with inside:
        for path in changed:
            old = made_from.get(path)
            write_tree(root, {path: "somebody's"})
            before = everything(root)
            with pytest.raises(GeoflowError, match=path.replace(".", r"\.")) as failure:
                go(root, PLAN, scratch=root / ".git/geoflow", expected=made_from)
            assert failure.value.code == "changed-meanwhile"
            assert everything(root) == before
            if old is None:
                (root / path).unlink()
            else:
                (root / path).write_bytes(old)
        with pytest.raises(GeoflowError, match="changed"):
            go(root, PLAN, scratch=root / ".git/geoflow", expected={})
    way(root, PLAN)


@WAYS
def test_an_input_that_is_only_read_is_watched_as_well(root: Path, way: Way) -> None:
    made_from = files_of(root)
    (root / "openspec/changes/add-x/proposal.md").write_text("another why")
    inside = contextlib.chdir(root / "openspec") if way is in_steps else contextlib.nullcontext()
    with inside, pytest.raises(GeoflowError, match=r"proposal\.md"):
        go(root, PLAN, scratch=root / ".git/geoflow", expected=made_from)


def claim(**values: object) -> str:
    return json.dumps({"pid": 1, "nonce": "ab", "host": platform.node(), "tool": "geoflow"} | values)


def ended() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


@WAYS
@pytest.mark.parametrize(
    "text",
    ['{"pid":1,"nonce":"ab"}', "", "[]", claim(pid=os.getpid()), claim(host="elsewhere", pid=999_999_999)],
    ids=["the npm CLI's", "empty", "no object", "a living run's", "another computer's"],
)
def test_the_claim_of_another_archive_is_respected(root: Path, way: Way, text: str) -> None:
    write_tree(root, {CLAIM: text})
    error = refusal(root, PLAN, way)
    assert error.code == "archive-in-progress"
    assert CLAIM in error.message
    assert "remove that file" in error.fix


@WAYS
def test_the_claim_of_a_killed_run_is_taken_over(root: Path, way: Way) -> None:
    before = files_of(root)
    write_tree(root, {CLAIM: claim(pid=ended())})
    way(root, PLAN)
    assert files_of(root) == after(before, PLAN)


@WAYS
def test_a_claim_is_dead_though_another_process_has_its_number_now(root: Path, way: Way) -> None:
    write_tree(root, {CLAIM: claim(pid=os.getpid())})
    os.utime(root / CLAIM, (1, 1))
    way(root, PLAN)
    assert not (root / CLAIM).exists()


@WAYS
def test_without_a_folder_of_archived_changes_none_is_left(tmp_path: Path, way: Way) -> None:
    root = write_tree(tmp_path / "p", {ALPHA: "a", ".git/HEAD": ""})
    way(root, write(ALPHA, "A"))
    assert names(root / "openspec") == ["specs"]


def test_without_a_folder_of_its_own_the_tree_is_built_beside_openspec(root: Path) -> None:
    before, number = files_of(root), (root / "openspec").stat().st_ino
    left = root / ".openspec-swap-0123"
    write_tree(left, {"new/specs/x": "left by a killed run"})
    go(root, PLAN)
    assert files_of(root) == after(before, PLAN)
    assert (root / "openspec").stat().st_ino != number
    assert names(root) == [".git", "openspec"]


@pytest.mark.skipif(
    not MEMORY.is_dir() or MEMORY.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev,
    reason="there is no second file system to write to",
)
def test_a_folder_on_another_file_system_is_not_built_in(root: Path) -> None:
    before, number = files_of(root), (root / "openspec").stat().st_ino
    with tempfile.TemporaryDirectory(dir=MEMORY) as elsewhere:
        go(root, PLAN, scratch=Path(elsewhere))
        assert names(Path(elsewhere)) == []
    assert files_of(root) == after(before, PLAN)
    assert (root / "openspec").stat().st_ino != number


def test_a_folder_inside_openspec_is_not_built_in(root: Path) -> None:
    before = files_of(root)
    go(root, PLAN, scratch=root / "openspec" / ".git" / "geoflow")
    assert files_of(root) == after(before, PLAN)
    assert not (root / "openspec" / ".git").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.adapters.swapping import disturbed

print(disturbed(Path(sys.argv[1]), 60, lambda: os.kill(os.getpid(), signal.SIGKILL), inside=False))
"""


def test_what_killed_runs_left_is_swept_and_what_belongs_to_another_tree_is_not(root: Path) -> None:
    scratch = root / ".git" / "geoflow"
    go(root, write(ALPHA, "A"), scratch=scratch)
    done = subprocess.run([sys.executable, "-c", KILLED, str(root)], capture_output=True, text=True, check=True)
    assert done.stdout == "killed\n"
    (mine,) = scratch.iterdir()
    (mine / "new").chmod(0o500)
    another = scratch / "swap-0123456789ab-cd"
    another.mkdir()
    go(root, remaining(files_of(root)), scratch=scratch)
    assert list(scratch.iterdir()) == [another]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@WAYS
def test_a_folder_that_may_not_be_written_is_named(root: Path, way: Way) -> None:
    for folder in (root / "openspec/specs/alpha", root / "openspec", root):
        folder.chmod(0o500)
    try:
        assert refusal(root, PLAN, way).code == "not-writable"
    finally:
        for folder in (root, root / "openspec", root / "openspec/specs/alpha"):
            folder.chmod(0o700)


@pytest.mark.parametrize("path", ["openspec/specs", f"{ALPHA}/deeper/spec.md"])
@WAYS
def test_an_error_halfway_takes_everything_back(root: Path, way: Way, path: str) -> None:
    plan = WritePlan((*PLAN.writes, (path, "where none can be")), PLAN.deletes, PLAN.moves)
    assert refusal(root, plan, way).code in {"not-writable", "changed-meanwhile"}


def test_an_error_at_the_last_step_brings_back_what_was_deleted_and_moved(root: Path) -> None:
    (root / "openspec/specs/gone/deep/spec.md").chmod(0o640)
    (root / "openspec/specs/gone/deep").chmod(0o750)
    second = (("openspec/changes/add-y", "openspec/changes/archive/2026-01-01-old/proposal.md/below"),)
    plan = WritePlan(PLAN.writes, PLAN.deletes, PLAN.moves + second)
    assert refusal(root, plan, in_steps).code in {"not-writable", "changed-meanwhile"}


def test_folders_are_exchanged_and_an_error_says_why(tmp_path: Path) -> None:
    write_tree(tmp_path, {"one/a": "1", "two/b": "2"})
    tree_exchange.exchange(str(tmp_path / "one"), str(tmp_path / "two"))
    assert (names(tmp_path / "one"), names(tmp_path / "two")) == (["b"], ["a"])
    with pytest.raises(FileNotFoundError):
        tree_exchange.exchange(str(tmp_path / "one"), str(tmp_path / "three"))


WRITER = """
import sys
from pathlib import Path
from geoflow.openspec.model import WritePlan
from tests.adapters.swapping import go

root, path = Path(sys.argv[1]), f"openspec/specs/s{sys.argv[2]}/spec.md"
for number in range(20):
    expected = {path: str(number - 1).encode()} if number else {}
    go(root, WritePlan(((path, str(number)),), (), ()), scratch=root / ".git" / "geoflow", expected=expected)
"""


def test_runs_wait_for_each_other(root: Path) -> None:
    runs = [subprocess.Popen([sys.executable, "-c", WRITER, str(root), str(number)]) for number in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    for number in range(3):
        assert (root / f"openspec/specs/s{number}/spec.md").read_text() == "19"


# Somebody else, at every moment.


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of runs would wait for the disk."""
    if not MEMORY.is_dir():
        yield tmp_path / "m"
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder) / "m"


FEW = ("add", "append", "occupy", "replace the written")  # the others hit the same checks, and take seconds each


@pytest.mark.parametrize(
    "edit", [*FEW, *(pytest.param(name, marks=pytest.mark.long) for name in EDITS if name not in FEW)]
)
def test_no_edit_is_lost_whenever_it_is_made(quick: Path, edit: str) -> None:
    lines = moments(quick, edit)
    seen = Counter((line["answer"], line["tree"]) for line in lines)
    allowed = {("changed-meanwhile", "before"), ("done", "after")}
    if edit.startswith(("a", "remove")):
        allowed.add(("done", "first"))  # it was there before the look around, and went along
    assert set(seen) <= allowed, seen
    assert {answer for answer, _ in seen} == ({"done"} if edit == "append" else {"done", "changed-meanwhile"})
    assert len(lines) > 100
    assert not any(line["claimed"] or line["litter"] for line in lines)


def test_killed_before_any_call_the_tree_is_before_or_after_and_the_next_run_works(quick: Path) -> None:
    lines = moments(quick, "kill")
    assert {line["tree"] for line in lines} == {"before", "after"}
    trees = [line["tree"] for line in lines]
    assert trees == sorted(trees, reverse=True)  # once after, never before again
    assert all(line["completed"] and not line["litter"] for line in lines)
    assert sum(line["claimed"] for line in lines) <= 3
    assert lines[-1]["answer"] == "done"


def test_killed_in_steps_every_file_is_whole_and_the_next_run_completes_it(quick: Path) -> None:
    lines = moments(quick, "kill", inside=True)
    assert all(line["whole"] and line["completed"] and not line["litter"] for line in lines)
    assert len(lines) > 30


def real_size(root: Path, *, active: int) -> Path:
    """A tree like the larger real ones: 60 specs and 210 changes, those beyond `active` archived."""
    (root / ".git").mkdir(parents=True)
    files: dict[str, str | bytes] = {
        f"openspec/specs/s{n}/{'deep/' * (n % 3)}spec.md": f"spec {n}\n" * 400 for n in range(60)
    }
    for n in range(210):
        folder = f"openspec/changes/{'' if n < active else 'archive/2026-01-01-'}c{n:03}"
        files |= {f"{folder}/{name}.md": name * 100 for name in ("proposal", "design", "tasks")}
        files |= {f"{folder}/specs/s{m}/spec.md": f"delta {m}\n" * 50 for m in range(3)}
    return write_tree(root, files)


def test_killed_at_random_moments_the_tree_is_before_or_after(quick: Path) -> None:
    counts = kill_at_random(real_size(quick, active=60), 20, seed=11)
    assert counts["between"] == 0
    assert counts["before"] >= 3
    assert counts["after"] >= 1
    assert counts["stage left"] >= 3


# Any tree, any plan.

NAMES = st.sampled_from(["a", "b", "c d", "ä", ".hidden"])
SPECS = st.lists(NAMES, min_size=1, max_size=3).map(lambda parts: "openspec/specs/" + "/".join(parts) + "/spec.md")
CHANGED = st.builds(lambda change, name: f"openspec/changes/{change}/{name}.md", NAMES, NAMES)
PATHS = st.one_of(SPECS, CHANGED, st.just("openspec/config.yaml"))


@st.composite
def trees_and_plans(draw: st.DrawFn) -> tuple[Files, WritePlan]:
    files = draw(st.dictionaries(PATHS, st.binary(max_size=20), min_size=1, max_size=12))
    specs = sorted(path for path in files if path.startswith("openspec/specs/"))
    deletes = draw(st.lists(st.sampled_from(specs), unique=True)) if specs else []
    writes = draw(st.dictionaries(SPECS, st.binary(max_size=20), max_size=4))
    changes = sorted({path.split("/")[2] for path in files if path.startswith("openspec/changes/")})
    moved = draw(st.lists(st.sampled_from(changes), unique=True)) if changes else []
    return files, WritePlan(
        tuple((path, text) for path, text in texts(writes).items() if path not in deletes),
        tuple(deletes),
        tuple((f"openspec/changes/{name}", f"openspec/changes/archive/2026-11-22-{name}") for name in moved),
    )


def statuses(root: Path, files: Files) -> dict[str, tuple[int, int, int]]:
    found = {path: (root / path).stat() for path in files}
    return {path: (status.st_ino, status.st_mode, status.st_mtime_ns) for path, status in found.items()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=trees_and_plans())
def test_any_plan_makes_of_any_tree_what_the_model_says(tmp_path: Path, case: tuple[Files, WritePlan]) -> None:
    files, plan = case
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        root, other = (write_tree(Path(folder) / name, {**files, ".git/HEAD": ""}) for name in "po")
        kept = {path: content for path, content in files.items() if path not in {*dict(plan.writes), *plan.deletes}}
        old = statuses(root, kept)
        in_one_step(root, plan)
        in_steps(other, plan)

        assert files_of(root) == after(files, plan)
        assert everything(root) == everything(other)
        for path, status in old.items():
            (place,) = after({path: b""}, WritePlan((), (), plan.moves))
            assert statuses(root, {place: b""})[place] == status


def test_the_plan_of_these_tests_leaves_something_of_each_kind() -> None:
    files = {path: content if isinstance(content, bytes) else content.encode() for path, content in BEFORE.items()}
    assert set(files) & set(after(files, PLAN))
    assert remaining(files) == PLAN
    assert remaining(after(files, PLAN)) == WritePlan((), (), ())
