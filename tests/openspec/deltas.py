"""Deltas from a few words, for tests of what lies between documents."""

from collections.abc import Mapping, Sequence

from tests.builders import requirement, spec


def block(name: str, text: str = "first") -> str:
    """Write a requirement whose text and one scenario are named after what it says."""
    return requirement(name, f"The part SHALL do the {text} thing.")


def delta(
    *,
    added: Sequence[str] = (),
    modified: Sequence[str] = (),
    removed: Sequence[str] = (),
    renamed: Sequence[tuple[str, str]] = (),
) -> str:
    """Write a delta; added and modified are whole blocks, removed and renamed are names."""
    parts = []
    if added:
        parts.append("## ADDED Requirements\n" + "\n".join(added))
    if modified:
        parts.append("## MODIFIED Requirements\n" + "\n".join(modified))
    if removed:
        parts.append("## REMOVED Requirements\n" + "\n".join(f"### Requirement: {name}\n" for name in removed))
    if renamed:
        pairs = (f"- FROM: `### Requirement: {old}`\n- TO: `### Requirement: {new}`\n" for old, new in renamed)
        parts.append("## RENAMED Requirements\n" + "\n".join(pairs))
    return "\n".join(parts)


def tree(
    specs: Mapping[str, Sequence[str]], changes: Mapping[str, Mapping[str, str]], **created: str
) -> dict[str, str]:
    """Lay out main specs (blocks by capability) and changes (deltas by capability); `created` dates by change.

    In the keywords `_` stands for `-`.
    """
    files = {f"openspec/specs/{name}/spec.md": spec(*blocks) for name, blocks in specs.items()}
    for change, deltas in changes.items():
        files[f"openspec/changes/{change}/proposal.md"] = "# Proposal\n"
        files[f"openspec/changes/{change}/tasks.md"] = "- [ ] 1.1 Do it\n"
        files |= {f"openspec/changes/{change}/specs/{name}/spec.md": text for name, text in deltas.items()}
    for change, day in created.items():
        name = change.replace("_", "-")
        files[f"openspec/changes/{name}/.openspec.yaml"] = f"schema: spec-driven\ncreated: {day}\n"
    return files
