"""`geoflow improve --explain`: what past runs have taught, from what, and what it changes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geoflow.cli.learn import COMMAND
from geoflow.cli.render import answer_console, one_line, print_json
from geoflow.settings import LEARNERS

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN = 5  # ids of evidence
Found = Mapping[str, Any]


def explain(*, as_json: bool) -> None:
    """Say for each learner what it has learnt; GeoflowError `lexicon-invalid`, `lessons-invalid`."""
    from geoflow.adapters.learnt_files import LearntFiles
    from geoflow.cli.context import find_root_or_fail, load_settings, open_repository
    from geoflow.cli.workshops import open_past
    from geoflow.workflow.explain import explained

    past = open_past(find_root_or_fail(), open_repository(quick=True))
    learned = explained(past, LearntFiles(), load_settings().improve.learn)
    if as_json:
        print_json(learned)
        return
    console = answer_console()
    for heading, name, show in (
        ("Rejected before", "filter", _filter),
        ("Strategy with the better record", "policy", _policy),
        ("Words of the lexicon", "induction", _words),
        ("Lessons in prompts", "lessons", _lessons),
        ("Prompts of this project", "prompts", _prompts),
    ):
        part = learned[name]
        console.print(f"{heading} ({name}): {'on' if part['on'] else 'off'}", style="bold")
        show(console, part)
    console.print(
        f"Switch them with improve.learn in openspec/geoflow.yaml: {', '.join(LEARNERS)}, or none.", style="dim"
    )


def _filter(console: "Console", part: Found) -> None:
    for group in part["left"]:
        what = f"what quotes “{one_line(group['word'])}”" if group["word"] else f"“{one_line(group['quote'])}”"
        console.print(f"  {one_line(group['code'])} {what} is left, since people rejected it:", soft_wrap=True)
        for one in group["rejections"]:
            why = one["reason"] or "no reason given"
            console.print(f"    {one_line(one['run'])}: {one_line(why)}", soft_wrap=True)
    for one in part["adoptions"]:
        told = f"{one_line(one['item'])} is not put into OpenSpec form, since people rejected that:"
        console.print(f"  {told}", soft_wrap=True)
        console.print(f"    {one_line(one['run'])}: {one_line(one['reason'])}", soft_wrap=True)
        console.print(
            f"    have it anew: geoflow improve {one_line(one['item'].partition('/')[2])} --fresh", style="dim"
        )
    if part["on"] and not part["left"]:
        console.print("  nothing: no kind of finding was rejected often enough")


def _policy(console: "Console", part: Found) -> None:
    for row in part["records"]:
        edits = f"{row['edits']} edit{'' if row['edits'] == 1 else 's'}"
        words = f"{row['code']} {row['strategy']}: {edits}, expected reward {row['expected']:.2f}"
        console.print(f"  {one_line(words)}")
    if part["obligation"]:
        console.print(f"  an obligation is written {one_line(part['obligation'])}, as people merged the last ones")
    if part["on"] and not part["records"]:
        console.print("  nothing: no edit has an outcome yet")


def _words(console: "Console", part: Found) -> None:
    for row in part["words"]:
        what = "is found wherever it stands" if row["section"] == "judging" else f"is allowed{_within(row)}"
        console.print(f"  “{one_line(row['word'])}” {what}: {one_line(row['reason'])}", soft_wrap=True)
        _evidence(console, row["evidence"])
    for row in part["due"]:
        what = "to be ruled out" if row["section"] == "judging" else f"to be allowed{_within(row)}"
        console.print(f"  “{one_line(row['word'])}” is due {what}, with: {COMMAND}", soft_wrap=True)
        _evidence(console, row["evidence"])
    if part["on"] and not (part["words"] or part["due"]):
        console.print("  nothing: no word was dropped or rejected three times")


def _within(row: Found) -> str:
    return f" in {one_line(row['in'])}" if row["in"] else ""


def _lessons(console: "Console", part: Found) -> None:
    for row in part["lessons"]:
        scope = f"{row['code']} {row['strategy']}".strip()
        console.print(f"  {row['state']}: {one_line(scope)} “{one_line(row['text'])}”", soft_wrap=True)
        replay = f"won {row['replay']['won']} and lost {row['replay']['lost']} in its replay"
        use = (
            f"helped {row['helped']} and harmed {row['harmed']} since"
            if row["helped"] or row["harmed"]
            else "unused since"
        )
        console.print(f"    {replay}, {use}{': ' + one_line(row['reason']) if row['reason'] else ''}", soft_wrap=True)
        _evidence(console, row["support"])
    if part["on"] and not part["lessons"]:
        console.print(f"  nothing: no lesson was merged; ask for some with: {COMMAND}", soft_wrap=True)


def _prompts(console: "Console", part: Found) -> None:
    for path in part["own"]:
        console.print(f"  {one_line(path)} takes the place of geoflow's own text where you trust it", soft_wrap=True)
    if part["on"] and not part["own"]:
        console.print("  nothing: try other texts with: geoflow improve --evolve")


def _evidence(console: "Console", ids: list[str]) -> None:
    shown = ", ".join(one_line(one) for one in ids[:_SHOWN])
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    if ids:
        console.print(f"    from {shown}{more}", style="dim", soft_wrap=True)
