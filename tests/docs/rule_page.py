"""The page of rules: the table that `geoflow rules` shows."""

from collections.abc import Sequence
from itertools import groupby

from geoflow.adapters.rule_guide import RuleGuide, rule_guides
from tests.docs.markdown import cell, page, table

_BY = {"rule": "a rule", "model": "the model, which has to quote", "openspec": "OpenSpec's validation"}
_LET_STAND = """\
## Letting a finding stand

A finding of a code that begins with GF is let stand for a reason, in one of two places:

- in the document: `<!-- geoflow: allow GF204 WHY -->` within its requirement, or above the first one for the whole document;
- in `openspec/geoflow.yaml`: `review: {allow: [{code: GF204, item: ID, reason: WHY}]}`.

A rule that nobody wants to hear of is switched off with `rules: {off: [GF204]}`. Codes that begin with OS are OpenSpec's own:
their verdicts are those of the npm `openspec` CLI, and can be neither waived nor switched off.
"""


def rule_page() -> str:
    """Write it."""
    guides = rule_guides()
    rows = [(f"[{one.code}](#{one.code.lower()})", one.finds, one.severity, one.incose) for one in guides]
    return page(
        "Rules",
        "Every code that a finding can have; `geoflow rules CODE` shows the same on a terminal. INCOSE numbers are those of "
        "the Guide to Writing Requirements. The tests run every example: the first is found, in the second nothing is.",
        table(("code", "finds", "severity", "INCOSE"), rows),
        _LET_STAND,
        *(f"## {title}\n\n{_family(list(members))}" for title, members in groupby(guides, key=lambda one: one.group)),
    )


def _family(members: list[RuleGuide]) -> str:
    if all(one.by == "openspec" for one in members):
        head = ("code", "finds", "why", "mend it", "`geoflow improve`")
        rows = [
            (f'<a id="{one.code.lower()}"></a>{one.code}', one.finds, one.why, one.fix, one.mended or "leaves it")
            for one in members
        ]
        return _raw_table(head, rows)
    return "\n".join(map(_one, members))


def _raw_table(head: Sequence[str], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {row[0]} | {' | '.join(map(cell, row[1:]))} |" for row in rows)]) + "\n"


def _one(one: RuleGuide) -> str:
    incose = f"; INCOSE {one.incose}" if one.incose else ""
    lines = [f"### {one.code}", "", f"{one.finds[0].upper()}{one.finds[1:]}. {one.why}", ""]
    lines += [f"- Found by {_BY[one.by]}; {one.severity}{incose}"]
    lines += [f"- Asked: {one.asks}"] if one.asks else []
    lines += [f"- To mend it: {one.fix}"] if one.fix else []
    lines += [f"- `geoflow improve` {one.mended or 'leaves it to you'}"]
    if one.bad:
        lines += ["", "Found:", "", *_block(one.bad), "", "Mended:", "", *_block(one.good)]
    return "\n".join(lines) + "\n"


def _block(text: str) -> list[str]:
    return ["```markdown", text, "```"]
