"""The documents of a change as somebody hands them in: by what they are, never by path, and valid before they count."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.draft_names import is_capability
from geoflow.openspec.items import Item
from geoflow.openspec.model import Issue, Report
from geoflow.openspec.validity import check_item, open_tree

_MOST_ISSUES = 10
_NAMES = ("proposal", "design", "tasks")


@dataclass(frozen=True, slots=True)
class Parts:
    """Documents by what they are; an empty text means that the document is not handed in."""

    proposal: str = ""
    design: str = ""
    tasks: str = ""
    specs: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything was handed in."""
        return any((self.proposal, self.design, self.tasks, self.specs))

    def documents(self, known: Collection[str]) -> dict[str, str]:
        """Give the documents, {path inside the change: text}, each ending in a line feed.

        Args:
            known: Capabilities that exist, whose names need not be as new ones are.

        Raises:
            GeoflowError: `bad-capability`.
        """
        for capability in self.specs:
            if capability not in known and not is_capability(capability):
                raise _bad_capability(capability)
        texts = {f"{name}.md": getattr(self, name) for name in _NAMES}
        texts |= {f"specs/{capability}/spec.md": text for capability, text in self.specs.items()}
        return {name: text.rstrip("\n") + "\n" for name, text in texts.items() if text}


def check_change(change: str, files: Mapping[str, str], before: Report | None = None) -> Report:
    """Validate a change as it would be among these files ({path: text}).

    Args:
        change: Its id.
        files: The tree with the change in it.
        before: What was wrong before; without it nothing may be wrong, and a warning counts.

    Raises:
        GeoflowError: `change-invalid` for an error, or for more warnings than before, with the issues.
    """
    report = check_item(Item("change", change), open_tree(files))
    wrong = _of(report, "ERROR")
    if before is None or len(_of(report, "WARNING")) > len(_of(before, "WARNING")):
        wrong += _of(report, "WARNING")
    if wrong:
        told = [f"{one.document}:{one.span.line} {one.rule} {one.message}" for one in wrong[:_MOST_ISSUES]]
        more = [f"and {len(wrong) - _MOST_ISSUES} more"] if len(wrong) > _MOST_ISSUES else []
        raise GeoflowError(
            "\n".join(["The change would not be valid, so nothing was written:", *told, *more]),
            fix=wrong[0].fix or "Mend these and send it again.",
            code="change-invalid",
            exit_code=ExitCode.NO,
        )
    return report


def _of(report: Report, level: str) -> list[Issue]:
    return [one for one in report.issues if one.level == level]


def _bad_capability(name: str) -> GeoflowError:
    return GeoflowError(
        f"{name[:80]!r} cannot name a capability.",
        fix="Use one that exists, or lower-case words with hyphens between.",
        code="bad-capability",
        exit_code=ExitCode.USAGE,
    )
