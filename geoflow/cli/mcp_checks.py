"""The desk behind the tools of `geoflow mcp` that say what is wrong."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.cli.mcp_rows import MOST_ROWS, bounded, cut, text_of

if TYPE_CHECKING:
    from geoflow.adapters.mcp_results import Judged, Reviewed, Row


class Checks:
    """The `CheckDesk` of the MCP server on one root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def validate(self, item: str) -> "Judged":
        """Validate one item or all; so many issues are given, and the rest is counted."""
        from geoflow.cli.validation import Request, check_active
        from geoflow.cli.validation_report import json_report

        request = Request(names=(item,)) if item else Request(everything=True)
        checked = check_active(str(self._root), request)
        document = json.loads(json_report(checked, "", ["change", "spec"], strict=False))
        items: list[Row] = []
        room, left_out = MOST_ROWS, 0
        for one in document["items"]:
            issues = one["issues"][:room]
            room, left_out = room - len(issues), left_out + len(one["issues"]) - len(issues)
            if issues or item:
                items.append({"id": one["id"], "type": one["type"], "valid": one["valid"], "issues": cut(issues)})
        valid = all(one["valid"] for one in document["items"])
        return {"valid": valid, "items": items, "left_out": left_out, "summary": document["summary"]}

    def review(self, target: str) -> "Reviewed":
        """Review by rule; errors come first, and what has no room is counted."""
        from geoflow.adapters.clock import SystemClock
        from geoflow.adapters.history_when_asked import HistoryWhenAsked
        from geoflow.adapters.lexicon_file import read_lexicon
        from geoflow.adapters.templates import JinjaTemplates
        from geoflow.cli.context import load_settings
        from geoflow.cli.progress import silent_progress
        from geoflow.openspec.disk import load
        from geoflow.quality.finding import SEVERITY_ORDER
        from geoflow.workflow.limits import Limits
        from geoflow.workflow.review import Reviewer, review

        settings, history, files = load_settings(), HistoryWhenAsked(self._root), load(str(self._root), archive=False)
        reviewer = Reviewer(
            None,
            JinjaTemplates(),
            SystemClock(),
            silent_progress(),
            history,
            frozenset(settings.rules.off),
            allowed=settings.review.allow,
            lexicon=read_lexicon(files),
        )
        result = review(reviewer, files, [target] if target else [], Limits())
        worst_first = sorted(result.findings, key=lambda finding: SEVERITY_ORDER[finding.severity])
        findings, left_out = bounded([finding.document() for finding in worst_first])
        notes = list(result.notes)
        return {"verdict": result.verdict, "findings": findings, "left_out": left_out, "notes": notes, "run": ""}

    def spec_text(self, spec_id: str) -> str:
        """Give the text of a main spec; GeoflowError `unknown-spec`."""
        return text_of(self._root, f"openspec/specs/{spec_id}/spec.md", "unknown-spec")
