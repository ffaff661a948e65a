"""The workflow for GitHub that `geoflow init --ci` writes, with the action that it uses."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from geoflow.adapters.git_process import GitProcess
from geoflow.errors import GeoflowError
from geoflow.resources import templates_folder

WORKFLOW = ".github/workflows/geoflow.yml"
ACTION = ".github/actions/geoflow/action.yml"


def missing_ci(root: Path) -> tuple[Path, dict[str, str]]:
    """Say what `init --ci` would write for the folder that holds `openspec/`: where, and {path in it: text}.

    That is the top of the work tree, or the folder itself outside a repository. What is there is not in it.

    Raises:
        GeoflowError: `outside-root` where `.github` leads out of the repository, `unsupported-path` where a workflow
            cannot name the folder.
    """
    top, prefix = _top(root)
    for path in (WORKFLOW, ACTION):
        if not (top / path).parent.resolve().is_relative_to(top.resolve()):
            raise GeoflowError(
                f"{(top / path).parent} leads out of {top} through a link.",
                fix="Replace the link by the folder itself.",
                code="outside-root",
            )
    if "${{" in prefix:
        raise GeoflowError(
            f"A workflow cannot name the folder {prefix!r}, which GitHub would work out as an expression.",
            fix="Rename the folder.",
            code="unsupported-path",
        )
    folder = templates_folder() / "ci"
    workflow = (folder / "workflow.yml").read_text("utf-8")
    source = own_source()
    for gap, value in (("@SOURCE@", source), ("@FOLDER@", prefix.rstrip("/") or ".")):
        workflow = workflow.replace(f'"{gap}"', json.dumps(value))
    wanted = {WORKFLOW: workflow, ACTION: (folder / "action.yml").read_text("utf-8")}
    return top, {path: text for path, text in wanted.items() if not os.path.lexists(top / path)}


def own_source() -> str:
    """Name what pip has to install to get this geoflow; empty where pip has not recorded that, or it is no address."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        recorded = json.loads(distribution("geoflow").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return ""
    return source_of(recorded)


def source_of(recorded: dict[str, object]) -> str:
    """Name the source of what pip recorded in `direct_url.json` (PEP 610): a commit of an https address, or nothing."""
    url, info = recorded.get("url"), recorded.get("vcs_info")
    if not isinstance(url, str) or not isinstance(info, dict) or info.get("vcs") != "git":
        return ""
    parts, commit = urlsplit(url), info.get("commit_id")
    is_public = parts.scheme == "https" and "@" not in parts.netloc and not parts.query and "${{" not in url
    return f"git+{url}@{commit}" if is_public and isinstance(commit, str) and commit.isalnum() else ""


def _top(root: Path) -> tuple[Path, str]:
    if not root.is_dir():
        return root, ""
    git = GitProcess(root)
    top, prefix = git.attempt("rev-parse", "--show-toplevel"), git.attempt("rev-parse", "--show-prefix")
    if top.status or prefix.status:
        return root, ""
    return Path(_path(top.output)), _path(prefix.output)


def _path(line: bytes) -> str:
    return os.fsdecode(line).removesuffix("\n")
