"""The command `geoflow doctor`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from geoflow.cli.options import JsonAnswer
from geoflow.cli.render import one_line, print_json
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoflow.adapters.checkup import Check
    from geoflow.settings import Settings

_INDENT = " " * 20


def doctor(
    bug_report: bool = typer.Option(
        False, "--bug-report", help="Print a text for an issue: no path, name, address, key or spec text is in it."
    ),
    as_json: JsonAnswer = False,
) -> None:
    """Check what geoflow works with, and say how to mend what is wrong: git, settings, model servers, the engine.

    Also the specs, hooks, records, MCP servers and caches. A line is ok, warn (something is missing), fail (it keeps
    geoflow from its work) or skipped (not there, or not known in time).

    Starts nothing and writes nothing. Exit 1 where a line says fail, else 0.

    Example: geoflow doctor
    """
    checks = _checks()
    failures = sum(check.status == "fail" for check in checks)
    if bug_report:
        _report(checks, as_json=as_json)
        return
    if as_json:
        lines = [_document(check) for check in checks]
        print_json({"schema": "geoflow.doctor/1", "ok": not failures, "checks": lines})
    else:
        print("\n".join(line for check in checks for line in _lines(check)))
    if failures:
        raise typer.Exit(int(ExitCode.NO))


def _report(checks: "Sequence[Check]", *, as_json: bool) -> None:
    from geoflow.adapters.bug_report import bug_report

    text = bug_report(checks)
    if as_json:
        print_json({"schema": "geoflow.bug-report/1", "markdown": text})
    else:
        print(text, end="")


def _document(check: "Check") -> dict[str, object]:
    line = {"area": check.area, "status": check.status, "text": check.text, "fix": check.fix}
    return line | {name: value for name, value in check.facts.items() if name not in line}


def _lines(check: "Check") -> list[str]:
    text = one_line(f"{check.status:<7}  {check.area:<10} {' '.join(check.text.split())}")
    return [text, one_line(f"{_INDENT}fix: {check.fix}")] if check.fix and check.status != "ok" else [text]


def _checks() -> "list[Check]":
    """Make all checks at the same time; what they are told apart by, root and settings, is read before."""
    from geoflow.adapters.checkup import check_machine, failed
    from geoflow.adapters.side_by_side import side_by_side
    from geoflow.cli.context import find_root_or_fail

    lost: list[Check] = []
    root: Path | None = None
    try:
        root = find_root_or_fail()
    except GeoflowError as error:
        lost = [failed("openspec", "warn" if error.code == "no-openspec" else "fail", error)]
    settings, told = _settings()
    made: dict[str, Callable[[], Sequence[Check]]] = {"python": check_machine}
    made |= _of_root(root) if root else {"openspec": lambda: lost}
    made |= {"settings": lambda: told, "model": lambda: _models(settings), "asking": lambda: _asking(settings)}
    if root:
        made["mcp"] = lambda: _servers(settings, root)
    return side_by_side(made)


def _of_root(root: Path) -> "dict[str, Callable[[], Sequence[Check]]]":
    from geoflow.adapters.cache_checkup import check_caches
    from geoflow.adapters.checkup import check_repository
    from geoflow.adapters.folders import roots_folder
    from geoflow.adapters.git import open_repository
    from geoflow.adapters.git_checkup import check_git, check_hooks, check_records

    checks: dict[str, Callable[[], Sequence[Check]]] = {
        "openspec": lambda: _tree(root),
        "repository": lambda: check_repository(root),
        "questions": lambda: _stored_questions(root),
    }
    try:
        folder = open_repository(root, quick=True).state_folder
    except GeoflowError:
        return checks  # the line of the repository says why
    return checks | {
        "git": lambda: check_git(root),
        "hooks": lambda: [check_hooks(root)],
        "records": lambda: check_records(root),
        "state": lambda: check_caches(folder, (roots_folder(),)),
    }


def _settings() -> "tuple[Settings, list[Check]]":
    from geoflow.adapters.checkup import check_settings, failed
    from geoflow.cli.context import settings_here
    from geoflow.settings import Settings

    try:
        loaded = settings_here()
    except GeoflowError as error:
        return Settings(), [failed("settings", "fail", error)]
    return loaded.settings, check_settings(loaded)


def _tree(root: Path) -> "list[Check]":
    from geoflow.adapters.checkup import Check
    from geoflow.openspec import validate
    from geoflow.openspec.disk import load
    from geoflow.openspec.layout import layout

    files = load(str(root), archive=False)
    found, reports = layout(files), validate(files)
    invalid = sum(not report.valid() for report in reports)
    facts = {"root": str(root), "specs": len(found.specs), "changes": len(found.changes), "invalid": invalid}
    text = f"{root / 'openspec'}: {len(found.specs)} specs, {len(found.changes)} active changes"
    if invalid:
        return [Check("openspec", "warn", f"{text}, {invalid} invalid", "See why: geoflow validate --all", facts)]
    return [Check("openspec", "ok", f"{text}, all valid", facts=facts)]


def _stored_questions(root: Path) -> "list[Check]":
    from geoflow.adapters.question_checkup import check_questions
    from geoflow.adapters.question_files import QuestionFiles

    return check_questions(QuestionFiles(root, root).read())  # no cache: nothing is written


def _models(settings: "Settings") -> "list[Check]":
    from geoflow.adapters.backends import overview
    from geoflow.adapters.checkup import failed
    from geoflow.adapters.folders import embedded_folder
    from geoflow.adapters.model_checkup import check_models

    try:
        return check_models(settings.llm, overview(settings.llm), embedded_folder())
    except GeoflowError as error:
        return [failed("answers", "fail", error)]


def _asking(settings: "Settings") -> "list[Check]":
    from geoflow.adapters.folders import mcp_file
    from geoflow.adapters.question_checkup import check_agents, check_meaning

    agents = check_agents(settings.questions, mcp_file())
    return [*agents, check_meaning(settings.llm, settings.questions)]


def _servers(settings: "Settings", root: Path) -> "list[Check]":
    from geoflow.adapters.checkup import failed
    from geoflow.adapters.question_checkup import check_tools
    from geoflow.adapters.server_checkup import check_servers
    from geoflow.cli.ask_parts import servers_of

    try:
        listed = servers_of(root)
    except GeoflowError as error:
        return [failed("mcp", "fail", error)]
    return [*check_servers(listed), *check_tools(settings.tools, listed)]
