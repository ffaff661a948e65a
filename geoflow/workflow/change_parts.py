"""The documents of a change as somebody hands them in: by what they are, never by path, and valid before they count."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.draft_names import is_capability
from geoflow.openspec import read_tree
from geoflow.openspec.items import Item
from geoflow.openspec.layout import CHANGES
from geoflow.openspec.model import Issue, Report
from geoflow.openspec.validity import check_item, open_tree
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_all

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


def check_change(change: str, files: Mapping[str, str], before: Mapping[str, str] | None = None) -> None:
    """Refuse a change as it would be among these files ({path: text}), where it is not valid or could not be archived.

    Args:
        change: Its id.
        files: The tree with the change in it.
        before: The tree before; without it no warning of validation is allowed, with it none more than before.

    Raises:
        GeoflowError: `change-invalid`, with what is wrong and where.
    """
    report, old = _report(change, files), _report(change, before) if before is not None else None
    known = {one.id for one in _errors(change, before, old)} if before is not None and old else set()
    # What another change is to blame for may stay; what makes this one invalid may not, though it was so before.
    errors = [one for one in _errors(change, files, report) if one.code.startswith("OS-") or one.id not in known]
    warned = _warnings(report)
    if old and len(warned) <= len(_warnings(old)):
        warned = []
    told = [f"{one.path}:{one.line} {one.code} {one.message}" for one in errors]
    told += [f"{one.document}:{one.span.line} {one.rule} {one.message}" for one in warned]
    if told:
        more = [f"and {len(told) - _MOST_ISSUES} more"] if len(told) > _MOST_ISSUES else []
        fixes = [one.fix for one in errors] + [one.fix for one in warned]
        raise GeoflowError(
            "\n".join(["The change would not be valid, so nothing was written:", *told[:_MOST_ISSUES], *more]),
            fix=next(filter(None, fixes), "Mend this and send it again."),
            code="change-invalid",
            exit_code=ExitCode.NO,
        )


def _report(change: str, files: Mapping[str, str]) -> Report:
    return check_item(Item("change", change), open_tree(files))


def _errors(change: str, files: Mapping[str, str], report: Report) -> list[Finding]:
    """Find the errors of a change, also those between its deltas and the main specs."""
    found = find_all(read_tree(files), [report], files)
    return [one for one in found if one.severity == "error" and one.path.startswith(f"{CHANGES}{change}/")]


def _warnings(report: Report) -> list[Issue]:
    return [one for one in report.issues if one.level == "WARNING"]


def _bad_capability(name: str) -> GeoflowError:
    return GeoflowError(
        f"{name[:80]!r} cannot name a capability.",
        fix="Use one that exists, or lower-case words with hyphens between.",
        code="bad-capability",
        exit_code=ExitCode.USAGE,
    )
