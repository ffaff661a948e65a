"""The command `geoflow doctor`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from geoflow.cli.render import print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.checkup import Check
    from geoflow.settings import Settings

_SIGNS = {"ok": "ok      ", "warning": "warning ", "problem": "problem "}


def doctor(
    as_json: bool = typer.Option(False, "--json", help="Answer with one JSON document."),
) -> None:
    """Check what geoflow works with, and say how to mend what is wrong: git, settings, model servers, the engine.

    Starts nothing and writes nothing. Exit 1 where there is a problem; a warning is none.

    Example: geoflow doctor
    """
    checks = _checks()
    problems = sum(check.status == "problem" for check in checks)
    if as_json:
        lines = [_document(check) for check in checks]
        print_json({"schema": "geoflow.doctor/1", "ok": not problems, "checks": lines})
    else:
        print(printable("\n".join(line for check in checks for line in _lines(check))))
    if problems:
        raise typer.Exit(int(ExitCode.NO))


def _document(check: "Check") -> dict[str, object]:
    line = {"area": check.area, "status": check.status, "text": check.text, "fix": check.fix}
    return line | {name: value for name, value in check.facts.items() if name not in line}


def _lines(check: "Check") -> list[str]:
    text = f"{_SIGNS[check.status]} {check.area:<10} {' '.join(check.text.split())}"
    return [text, f"{'':>9}{'':<11}fix: {check.fix}"] if check.fix and check.status != "ok" else [text]


def _checks() -> "list[Check]":
    from geoflow.adapters.checkup import check_machine, check_repository, check_settings, failed
    from geoflow.cli.context import find_root_or_fail, settings_here
    from geoflow.settings import Settings

    checks = check_machine()
    try:
        root = find_root_or_fail()
    except GeoflowError as error:
        checks.append(failed("openspec", "warning" if error.code == "no-openspec" else "problem", error))
    else:
        checks += [_found(root), *check_repository(root), *_stored_questions(root)]
    settings = Settings()
    try:
        loaded = settings_here()
    except GeoflowError as error:
        checks.append(failed("settings", "problem", error))
    else:
        settings = loaded.settings
        checks += check_settings(loaded)
    return [*checks, *_model_checks(settings), *_asking(settings), *_tools(settings)]


def _stored_questions(root: Path) -> "list[Check]":
    from geoflow.adapters.question_checkup import check_questions
    from geoflow.adapters.question_files import QuestionFiles

    return check_questions(QuestionFiles(root, root).read())  # no cache: nothing is written


def _asking(settings: "Settings") -> "list[Check]":
    from geoflow.adapters.folders import mcp_file
    from geoflow.adapters.question_checkup import check_agents, check_meaning

    agents = check_agents(settings.questions, mcp_file())
    return [*agents, check_meaning(settings.llm, settings.questions)]


def _tools(settings: "Settings") -> "list[Check]":
    from geoflow.adapters.checkup import failed
    from geoflow.adapters.question_checkup import check_tools
    from geoflow.cli.ask_parts import servers_of
    from geoflow.cli.context import find_root_or_fail

    try:
        return check_tools(settings.tools, servers_of(find_root_or_fail()))
    except GeoflowError as error:
        return [] if error.code == "no-openspec" else [failed("tools", "problem", error)]


def _found(root: Path) -> "Check":
    from geoflow.adapters.checkup import Check

    folders = {name: sum(path.is_dir() for path in root.glob(f"openspec/{name}/*")) for name in ("specs", "changes")}
    changes = folders["changes"] - (root / "openspec" / "changes" / "archive").is_dir()
    text = f"{root / 'openspec'}: {folders['specs']} specs, {changes} active changes"
    return Check("openspec", "ok", text, facts={"root": str(root), "specs": folders["specs"], "changes": changes})


def _model_checks(settings: "Settings") -> "list[Check]":
    from geoflow.adapters.backends import overview
    from geoflow.adapters.checkup import failed
    from geoflow.adapters.folders import embedded_folder
    from geoflow.adapters.model_checkup import check_models

    try:
        return check_models(settings.llm, overview(settings.llm), embedded_folder())
    except GeoflowError as error:
        return [failed("answers", "problem", error)]
