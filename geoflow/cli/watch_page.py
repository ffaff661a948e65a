"""How watching is shown: a page that is drawn in place, lines for a pipe, or a JSON document a line."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from geoflow.cli.render import answer_console, one_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.text import Text

    from geoflow.cli.watch_model import ModelResult
    from geoflow.quality.finding import Finding
    from geoflow.workflow.watch import Look, State

_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}


class Page(Protocol):
    """Where watching is shown."""

    def looked(self, state: "State", look: "Look", seconds: float, *, is_first: bool) -> None:
        """Show what rules found."""

    def model_begins(self) -> None:
        """Show that the model looks."""

    def model_said(self, result: "ModelResult") -> None:
        """Show what came of the model's look."""

    def note(self, text: str) -> None:
        """Show what holds up watching, though it goes on."""


@contextmanager
def open_page(root: Path, *, as_json: bool) -> Iterator[Page]:
    """Open the page that fits where stdout goes to; a terminal is as it was when it is closed."""
    if as_json:
        yield _Json()
        return
    console = answer_console()
    if not console.is_terminal:
        yield _Lines()
        return
    from rich.live import Live

    with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
        yield _Screen(live, root)


def _role_findings(result: "ModelResult") -> "list[Finding]":
    return [one for one in result.review.findings if one.source != "rule"] if result.review else []


def _row(finding: "Finding") -> str:
    place = f"{finding.path}:{finding.line}"
    return one_line(f"{place} {finding.severity} {finding.code} {' '.join(finding.message.split())}")


def _counts(state: "State") -> str:
    count = len(state.all_findings)
    broken = f"; invalid: {', '.join(f'{kind}/{name}' for kind, name in state.broken)}" if state.broken else ""
    return one_line(f"{count} finding{'' if count == 1 else 's'} in {len(state.files)} files{broken}")


def _of_the_model(result: "ModelResult") -> str:
    if result.review is None:
        return one_line(f"the model did not look: {result.note}")
    looked, total = result.review.looked_at, result.review.requirements
    count = len(_role_findings(result))
    return f"the model looked at {looked} of {total}: {count} objection{'' if count == 1 else 's'}"


class _Json:
    def looked(self, state: "State", look: "Look", seconds: float, *, is_first: bool) -> None:
        fields = look.document() | {"seconds": round(seconds, 3), "findings_in_all": len(state.all_findings)}
        self._print("start" if is_first else "save", fields)

    def model_begins(self) -> None:
        """Say nothing: its result comes in a document of its own."""

    def model_said(self, result: "ModelResult") -> None:
        found = [one.document() for one in _role_findings(result)]
        looked = result.review.looked_at if result.review else 0
        self._print("model", {"findings": found, "looked_at": looked, "note": result.note})

    def note(self, text: str) -> None:
        self._print("note", {"note": text})

    def _print(self, kind: str, fields: dict[str, Any]) -> None:
        import json

        from geoflow.adapters.unseen import unseen_escaped
        from geoflow.cli.json_text import encodable

        now = datetime.now(UTC).isoformat(timespec="seconds")
        document = {"schema": "geoflow.watch/1", "kind": kind, "at": now, **fields}
        sys.stdout.write(encodable(unseen_escaped(json.dumps(document, ensure_ascii=False))) + "\n")
        sys.stdout.flush()


class _Lines:
    def looked(self, state: "State", look: "Look", seconds: float, *, is_first: bool) -> None:
        lines = [f"{_time()}  {one_line(', '.join(look.paths)) or 'settings'}"] if not is_first else []
        if not is_first:
            lines += [f"  new   {_row(one)}" for one in look.new]
            lines += [f"  gone  {one_line(one.path)} {one.code} {one_line(one.quote)}" for one in look.gone]
        lines.append(f"{_time()}  {_counts(state)}  ({seconds * 1000:.0f} ms)" if is_first else f"  {_counts(state)}")
        self._print(lines)

    def model_begins(self) -> None:
        """Say nothing: its result comes."""

    def model_said(self, result: "ModelResult") -> None:
        self._print([f"  {_of_the_model(result)}", *(f"  says  {_row(one)}" for one in _role_findings(result))])

    def note(self, text: str) -> None:
        self._print([one_line(f"{_time()}  note: {text}")])

    def _print(self, lines: Sequence[str]) -> None:
        print("\n".join(lines), flush=True)


class _Screen:
    """The page of a terminal: what changed last, worst first, as much of it as fits."""

    def __init__(self, live: "Live", root: Path) -> None:
        self._live, self._root = live, root
        self._state: State | None = None
        self._look: Look | None = None
        self._seconds = 0.0
        self._is_first = True
        self._model = ""
        self._said: list[Finding] = []
        self._note = ""

    def looked(self, state: "State", look: "Look", seconds: float, *, is_first: bool) -> None:
        self._state, self._look, self._seconds, self._is_first = state, look, seconds, is_first
        self._model, self._said, self._note = "", [], ""
        self._draw()

    def model_begins(self) -> None:
        self._model = "the model looks …"
        self._draw()

    def model_said(self, result: "ModelResult") -> None:
        self._model, self._said = _of_the_model(result), _role_findings(result)
        self._draw()

    def note(self, text: str) -> None:
        self._note = one_line(text)
        self._draw()

    def _draw(self) -> None:
        from rich.console import Group
        from rich.text import Text

        lines: list[Text] = [
            Text(f"{_time()}  {self._root.name}  Ctrl-C ends it", style="bold", no_wrap=True, overflow="ellipsis")
        ]
        if self._state and self._look:
            lines.append(Text(f"{_counts(self._state)}  ({self._seconds * 1000:.0f} ms)"))
            what = "all" if self._is_first else one_line(", ".join(self._look.paths)) or "settings"
            lines += [Text(""), Text(what, style="bold", no_wrap=True, overflow="ellipsis")]
        lines += [Text(self._note, style="yellow")] if self._note else []
        tail = [Text(self._model, style="dim")] if self._model else []
        room = max(3, self._live.console.height - len(lines) - len(tail) - 3)
        shown: list[RenderableType] = [*lines, *self._rows(room), *tail]
        self._live.update(Group(*shown), refresh=True)

    def _rows(self, room: int) -> "list[Text]":
        from rich.text import Text

        from geoflow.quality.finding import SEVERITY_ORDER

        if self._look is None:
            return []
        new = {one.id for one in self._look.new} if not self._is_first else set()
        found = sorted(
            [*self._said, *self._look.findings], key=lambda one: (one.id not in new, SEVERITY_ORDER[one.severity])
        )
        rows = [self._text(one, is_new=one.id in new) for one in found[:room]]
        gone = [] if self._is_first else self._look.gone
        rows += [
            Text(f"gone {one.code} {one_line(one.quote)}", style="green", no_wrap=True, overflow="ellipsis")
            for one in gone[: max(0, room - len(rows))]
        ]
        hidden = len(found) + len(gone) - len(rows)
        return rows + ([Text(f"and {hidden} more: geoflow review --rules-only", style="dim")] if hidden else [])

    def _text(self, finding: "Finding", *, is_new: bool) -> "Text":
        from rich.text import Text

        text = Text(no_wrap=True, overflow="ellipsis")
        text.append("new  " if is_new else "     ", style="bold")
        text.append(f"{finding.line:>4} ", style="dim")
        text.append(f"{finding.severity} {finding.code} ", style=_STYLES[finding.severity])
        where = "" if self._look and len(self._look.paths) == 1 and not self._is_first else f"{finding.path}: "
        text.append(one_line(where + " ".join(finding.message.split())))
        return text


def _time() -> str:
    return f"{datetime.now():%H:%M:%S}"  # noqa: DTZ005 (the time of who sits before it)
