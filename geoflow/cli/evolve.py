"""`geoflow improve --evolve`: other texts of a prompt, tried on flawed copies of the team's own specs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from geoflow.cli.learn import end, open_desk, show_branch
from geoflow.cli.render import answer_console, one_line, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.workflow.evolve import Evolved
    from geoflow.workflow.limits import Limits


def run(limits: "Limits", replay: Path | None, *, dry_run: bool, as_json: bool) -> None:
    """Evolve, and show what came of it; GeoflowError `gepa-missing`, `no-model`, `too-few-mutants` and the model's."""
    from geoflow.adapters.gepa_search import GepaSearch, require_gepa
    from geoflow.workflow.evolve import evolve
    from geoflow.workflow.evolve_trial import FILE, EvolveDesk

    require_gepa()
    with open_desk(replay, with_model=True) as desk:
        templates = cast("JinjaTemplates", desk.workshop.templates)
        whole = EvolveDesk(desk, GepaSearch(), templates.source(FILE), lambda text: templates.overlaid({FILE: text}))
        found = evolve(whole, limits, dry_run=dry_run)
    if as_json:
        print_json(found.document())
    else:
        _show(answer_console(), found)
    end(found.delivered)


def _show(console: "Console", found: "Evolved") -> None:
    result = found.delivered
    console.print(
        f"{found.tried} texts tried on {found.train} cases, ranked on {found.choice}, decided on {found.sealed}."
    )
    if found.p < 1:
        console.print(
            f"sealed cases right: {found.before:.0%} now, {found.after:.0%} with the best one, p = {found.p:.4f}"
        )
    if found.why:
        console.print(f"The prompt stays as it is: {one_line(found.why)}.")
    for one in result.offers:
        console.print(f"learnt  {one_line(one.subject)}: {one_line(one.reason)}", style="bold green", soft_wrap=True)
    for note in result.notes:
        sys.stderr.write(f"note: {one_line(note)}\n")
    cost = result.cost
    tokens = f"{cost['prompt_tokens']} + {cost['completion_tokens']} tokens"
    console.print(f"{cost['calls']} model calls, {tokens}, {cost['seconds']} s")
    show_branch(console, result)
    if result.branch:
        console.print("  use it:     geoflow trust, once it is merged: until then it changes nothing", soft_wrap=True)
