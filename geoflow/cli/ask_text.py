"""How answers look: text for people, JSON for scripts."""

import sys
from collections.abc import Sequence
from dataclasses import asdict

from geoflow.cli.render import one_line, print_json, printable
from geoflow.questions.answer import Answer, Citation
from geoflow.workflow.ask_routes import NOTHING_SAYS_IT


def show(answers: Sequence[Answer], *, many: bool, as_json: bool) -> None:
    """Print the answers; of several, each below its question."""
    if as_json:
        documents = [document(answer) for answer in answers]
        rest = {"answers": documents} if many else documents[0]
        print_json({"schema": "geoflow.ask/1", **rest})
        return
    sys.stdout.write("\n".join(_text(answer, titled=many) for answer in answers))


def document(answer: Answer) -> dict[str, object]:
    """Give the fields that scripts see."""
    return {
        "id": answer.id,
        "question": answer.question,
        "state": answer.state,
        "answer": answer.text,
        "citations": [asdict(cited) for cited in answer.citations],
        "route": answer.route,
        "by": answer.by,
        "confirmed": answer.is_confirmed,
        "near": [asdict(place) for place in answer.near],
        "steps": [asdict(step) for step in answer.steps],
        "file": answer.file,
    }


def _text(answer: Answer, *, titled: bool) -> str:
    lines = [f"? {' '.join(answer.question.split())}"] if titled else []
    lines += _answered(answer) if answer.state == "answered" else _unanswered(answer)
    return printable("\n".join(lines) + "\n")


def _answered(answer: Answer) -> list[str]:
    lines = [_flowing(answer.text, is_someones=bool(answer.by))]
    lines += [
        _place(cited) if cited.quote == answer.text else f"{_place(cited)}  {_quoted(cited.quote)}"
        for cited in answer.citations[:1]
    ]
    lines += [f"  see also {_place(cited).strip()}" for cited in answer.citations[1:]]
    who = f"{answer.route} ({one_line(answer.by)})" if answer.by else answer.route
    trust = "" if not answer.by or answer.is_confirmed else "; no person has confirmed it"
    lines.append(f"  answered by: {who}{trust}")
    if answer.file and not any(cited.path == answer.file for cited in answer.citations):
        lines.append(f"  written down in {one_line(answer.file)}")
    return lines


def _unanswered(answer: Answer) -> list[str]:
    if answer.state == "open":
        asked = answer.steps[-1].who if answer.steps and answer.steps[-1].route == "person" else ""
        lines = ["Open: nobody has answered it yet.", f"  {one_line(answer.file)}"]
        lines += [f"  for {one_line(asked)}"] if asked else []
        lines.append(f'  answer it: geoflow ask --answer {answer.id} "TEXT"')
    else:
        lines = ["Not specified: no passage says it in words like these."]
    lines += [
        f"  {step.route} {one_line(step.who)}: {one_line(' '.join(step.came.split()))} ({one_line(step.why)})"
        for step in answer.steps
        if step.route != "person" and step.why and step != NOTHING_SAYS_IT
    ]
    if answer.near:
        lines.append("  what comes near:")
        lines += [
            f"    {one_line(place.path)}:{place.line}  {_quoted(place.heading)}{_past(place.source)}"
            for place in answer.near
        ]
    return lines


def _past(source: str) -> str:
    return {
        "history": " (history: an archived change)",
        "change": " (proposed)",
        "answer": " (answered before)",
    }.get(source, "")


def _place(cited: Citation) -> str:
    return f"  {one_line(cited.path)}:{cited.line}"


def _flowing(text: str, *, is_someones: bool) -> str:
    # A sentence flows as the terminal wraps it; the steps of a scenario keep their lines. The lines of what someone
    # said are marked, so that none of them can pass for a line of this report.
    if not any(line.lstrip().startswith(("- ", "* ", "+ ")) for line in text.splitlines()):
        return " ".join(text.split())
    return "\n".join(f"| {line}" for line in text.splitlines()) if is_someones else text


def _quoted(text: str) -> str:
    return f"“{' '.join(text.split())}”"
