"""How a frame of `geoflow monitor live` is laid out: lines that fit, figures first, then parts cut to their share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from geoflow.cli.monitor_glance import ramp, short
from geoflow.cli.render import one_line
from geoflow.metrics.trend import BLOCKS, Trend, sparkline

if TYPE_CHECKING:
    from rich.text import Text

    from geoflow.cli.live_frame import Frame

_NARROW = 60
_BUSY = 90.0
_STYLES = {"better": "green", "worse": "red"}
_VALUE, _CHANGE = 9, 8
_LINE = 6  # characters of a sparkline in the least


class _Part(NamedTuple):
    """A heading and the lines below it; where there are none the heading says so."""

    heading: str
    lines: "list[Text]"


def page(frame: "Frame", width: int, height: int) -> "list[Text]":
    """Lay a frame out as lines of at most so many characters; `height` 0 stands for as many lines as there are."""
    head = _head(frame, width)
    parts = [_running(frame, width), _last_runs(frame), _measures(frame, width)]
    room = height - len(head) - len(parts) if height else sum(len(part.lines) for part in parts)
    lines = [*head]
    for part, share in zip(parts, _shares([len(part.lines) for part in parts], max(0, room)), strict=True):
        lines.append(_text(part.heading, "bold"))
        lines += part.lines[:share]
    for line in lines:
        line.truncate(width, overflow="crop")
    return lines[:height] if height else lines


def _shares(wanted: Sequence[int], room: int) -> list[int]:
    """Give each part its lines, one after the other in turns, until the room is spent."""
    given = [0] * len(wanted)
    while room > 0 and any(has < wants for has, wants in zip(given, wanted, strict=True)):
        for index, wants in enumerate(wanted):
            if given[index] < wants and room > 0:
                given[index] += 1
                room -= 1
    return given


def _text(text: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(one_line(text), style=style)


def _head(frame: "Frame", width: int) -> "list[Text]":
    name = frame.root.replace("\\", "/").rstrip("/").rpartition("/")[2]
    lines = [_text(f"{frame.at.astimezone():%H:%M:%S}  geoflow on {name}  q ends it", "bold")]
    machine = frame.machine
    if machine is not None:
        load = "" if machine.load is None else f", load {machine.load:.1f} on {machine.cores}"
        free, own = size(machine.disk_free), size(machine.own_disk)
        lines += [
            _bar("cpu", machine.cpu, load, width),
            _bar("memory", machine.memory, f" of {size(machine.memory_total)}", width),
            _bar("disk", machine.disk, f", {free} free" + ("" if width < _NARROW else f", geoflow {own}"), width),
        ]
    return [*lines, _model(frame, width), *_calls(frame, width)]


def _bar(name: str, percent: float, told: str, width: int) -> "Text":
    full, empty = ("█", "░") if ramp() == BLOCKS else ("#", ".")
    length = 20 if width >= _NARROW else 8
    filled = min(length, round(length * percent / 100))
    line = _text(f"{name:<7}")
    line.append(full * filled + empty * (length - filled), style="red" if percent >= _BUSY else "green")
    return line.append(f" {percent:3.0f} %{told}")


def _model(frame: "Frame", width: int) -> "Text":
    model = frame.model
    if model is None:
        return _text("model  is being asked", "dim")
    if not model.name:
        return _text(f"model  none: {model.why}", "yellow")
    context = f", context {model.context_tokens}" if model.context_tokens else ""
    where = f" ({' '.join(filter(None, (model.backend, model.where)))})" if width >= _NARROW else ""
    return _text(f"model  {model.name}{where}{context}")


def _calls(frame: "Frame", width: int) -> "list[Text]":
    if frame.calls is None:
        return []
    figures = frame.calls.figures
    parts = [f"{figures['llm.calls']:.0f} in the last hour"]
    if figures["llm.failed"]:
        parts.append(f"{figures['llm.failed']:.0f} failed")
    if frame.calls.speed:
        parts.append(f"{frame.calls.speed:.1f} tokens/s")
    if figures["llm.calls"] and width >= _NARROW:
        parts.append(f"{short(str(int(figures['llm.input_tokens'])))} tokens in")
        parts.append(f"{short(str(int(figures['llm.output_tokens'])))} out")
    return [_text(f"calls  {', '.join(parts)}", "red" if figures["llm.failed"] else "")]


def _running(frame: "Frame", width: int) -> _Part:
    lines = []
    for run in frame.unfinished:
        far = f"{run.done} of {run.total} findings" if run.total else "just begun"
        what = f"process {run.pid}" if run.pid else "not at work"
        lines.append(_text(f"  improve {far}, {what}, run {run.run}", "cyan" if run.pid else "yellow"))
    for one in frame.processes:
        more = "" if width < _NARROW else f" {size(one.memory):>8}"
        where = f"  in {one.folder}" if more and one.folder != frame.root else ""
        lines.append(_text(f"  {one.pid:>7} {one.command:<16} {lasted(one.seconds):>7}{more}{where}"))
    return _Part("running" if lines else "running: no other geoflow", lines)


def _last_runs(frame: "Frame") -> _Part:
    lines = [
        _text(f"  {one.at.astimezone():%Y-%m-%d %H:%M}  {one.edits} kept, {one.refused} refused") for one in frame.runs
    ]
    return _Part("last runs of improve" if lines else "last runs of improve: none is kept", lines)


def _measures(frame: "Frame", width: int) -> _Part:
    if not frame.commit or frame.recorded_at is None:
        return _Part("measures: none; geoflow monitor backfill", [])
    age = lasted((frame.at - frame.recorded_at).total_seconds())
    return _Part(
        f"measures of {frame.commit[:10]}, recorded {age} ago", [_measure(one, width) for one in frame.measures]
    )


def _measure(one: Trend, width: int) -> "Text":
    from geoflow.cli.measures import amount, named, signed

    difference = one.difference
    change = "?" if difference.change is None else short(signed(difference.change, one.latest.unit))
    mark = "!" if difference.verdict == "worse" else " "
    name = one.name if width >= _NARROW else one.name.partition(".")[2]
    column = min(31, max(10, width - _VALUE - _CHANGE - 4 - _LINE))
    line = _text("  " + named(name, column) + short(amount(one.latest)).rjust(_VALUE))
    style = _STYLES.get(difference.verdict, "")
    line.append((change + mark).rjust(_CHANGE), style=style)
    return line.append("  " + sparkline(one.points, max(0, width - len(line) - 2) or 1, ramp()), style=style)


def size(count: float) -> str:
    """Write a number of bytes: 3.4 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit in ("B", "kB") else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def lasted(seconds: float) -> str:
    """Write a time as it is read at a glance: 45 s, 12 min, 3 h, 5 d."""
    for unit, most, each in (("s", 100, 1), ("min", 100 * 60, 60), ("h", 48 * 3600, 3600)):
        if seconds < most:
            return f"{max(0, int(seconds)) // each} {unit}"
    return f"{int(seconds) // 86400} d"
