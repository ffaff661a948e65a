"""Cases of our own for every rule: main specs, delta specs against a main spec, and whole changes."""

from tests.builders import GOOD_SCENARIO, requirement, spec

PURPOSE = "Says what the parts of this small example owe to each other."
ONE = requirement("A", "The system SHALL work.")
BLOCK = "### Requirement: {}\nIt SHALL work.\n" + GOOD_SCENARIO
LONG = "The system SHALL " + "x" * 484
WORDS = "It SHALL work.\n"


def head(purpose: str) -> str:
    """Write a spec with this text as Purpose and one good requirement."""
    return f"## Purpose\n{purpose}\n\n## Requirements\n{ONE}"


SPECS: dict[str, str] = {
    "good": spec(ONE),
    "empty-file": "",
    "blank-file": " \n\t\n",
    "lower-case-titles": spec(ONE).replace("## Purpose", "## purpose").replace("## Requirements", "## REQUIREMENTS"),
    "purpose-indented": head(PURPOSE).replace("## Purpose", " ## Purpose"),
    "purpose-with-tab": head(PURPOSE).replace("## Purpose", "##\tPurpose"),
    "purpose-closed": head(PURPOSE).replace("## Purpose", "## Purpose ##"),
    "purpose-empty": head(""),
    "purpose-only-heading-below": head("### Note"),
    "purpose-level-1": head(PURPOSE).replace("## Purpose", "# Purpose"),
    "no-requirements": f"## Purpose\n{PURPOSE}\n",
    "requirements-empty": f"## Purpose\n{PURPOSE}\n\n## Requirements\n",
    "requirements-text-only": f"## Purpose\n{PURPOSE}\n\n## Requirements\nNone yet.\n",
    "requirements-nested-in-purpose": f"## Purpose\n{PURPOSE}\n### Requirements\n#### Foo\n##### Bar\ntext\n",
    "all-one-level-up": f"# Purpose\n{PURPOSE}\n# Requirements\n## Requirement: A\nIt SHALL.\n### Scenario: S\n- x\n",
    "placeholder-sentence": head("TBD - created by archiving change add-x. Update Purpose after archive."),
    "placeholder-after-prose": head("Some words.\nTBD - created by archiving change a. Update Purpose after archive."),
    "placeholder-over-lines": head("TBD - created by archiving change\na. Update Purpose after archive."),
    "placeholder-prefix-only": head("TBD - created by archiving change and then nothing more of that kind at all."),
    "placeholder-suffix-first": head(
        ". Update Purpose after archive. TBD - created by archiving change x is odd text."
    ),
    "placeholder-crlf": head("\n\nTODO: write").replace("\n", "\r\n"),
    "placeholder-in-fence": head("```\nTBD\n```\n" + PURPOSE),
    "placeholder-behind-fence": head("```\n## Purpose\n```\nTBD"),
    "placeholder-level-1": head("TBD").replace("## Purpose", "# Purpose"),
    "placeholder-with-mark": "\ufeff" + head("TBD"),
    **{
        f"opening-{index}": head(f"{word} and more words, so that this is long enough to be a Purpose")
        for index, word in enumerate(
            [
                "TBD",
                "TODO",
                "todo",
                "todo:",
                "Todo -",
                "tbd.",
                "TBDs",
                "TODO_x",
                "TBD٣",
                "TBD—",
                "(TBD)",
                "todo (",
                "TBD\u0301",
            ]
        )
    },
    "purpose-49": head("x" * 49),
    "purpose-50": head("x" * 50),
    "purpose-24-pairs": head("😀" * 24),
    "purpose-25-pairs": head("😀" * 25),
    "purpose-50-with-mark": head("\u0085" + "x" * 49),
    "purpose-mark-trimmed": head("\ufeff" + "x" * 49),
    "requirement-500": spec(requirement("A", LONG[:500])),
    "requirement-501": spec(requirement("A", LONG[:501])),
    "requirement-501-over-lines": spec(requirement("A", LONG[:250] + "\n\n" + LONG[:250])),
    "requirement-long-in-fence": spec(requirement("A", f"{WORDS}```\n{LONG}\n```")),
    "requirement-long-title": spec(f"### {LONG}x\n\n{GOOD_SCENARIO}"),
    "requirement-long-metadata": spec(requirement("A", f"**Note**: {LONG}\n{WORDS}")),
    "no-scenario": spec(requirement("A", WORDS, "")),
    "scenario-without-body": spec(requirement("A", WORDS, "#### Scenario: S\n\n")),
    "scenario-in-fence": spec(requirement("A", WORDS, f"```\n{GOOD_SCENARIO}```\n")),
    "scenario-level-5": spec(requirement("A", WORDS, "##### Scenario: S\n- **WHEN** x\n")),
    "scenario-any-name": spec(requirement("A", WORDS, "#### Notes\nsome\n")),
    "scenario-level-3": spec(requirement("A", WORDS, "### Scenario: S\n- **WHEN** x\n")),
    "scenario-no-title": spec(requirement("A", WORDS, "#### \n- **WHEN** x\n")),
    "scenario-blank-title": spec(requirement("A", WORDS, "####   \n- **WHEN** x\n")),
    "scenario-trailing-hashes": spec(requirement("A", "", "#### ")),
    "scenario-body-is-heading": spec(requirement("A", WORDS, "#### Scenario: S\n##### Deeper\n")),
    "scenario-bullets": spec(requirement("A", WORDS, "- Scenario: S\n  - WHEN x\n")),
    "unclosed-fence": spec(requirement("A", f"```\n{WORDS}")) + "### Requirement: B\n",
    "fence-indented-8": spec(requirement("A", f"        ```\n### Requirement: No\n        ```\n{WORDS}")),
    "fence-shorter-close": spec(requirement("A", f"{WORDS}````\n```\n### Requirement: No\n````")),
    "fence-other-close": spec(requirement("A", f"{WORDS}~~~\n```\n### Requirement: No\n~~~")),
    "fence-close-with-words": spec(requirement("A", f"{WORDS}```\n``` x\n### Requirement: No\n```")),
    "fence-in-nbsp": spec(requirement("A", f"{WORDS}\u00a0```\n### Requirement: No\n```")),
    "fence-behind-x1c": spec(requirement("A", f"{WORDS}\x1c```\n### Requirement: B\n\x1c```")),
    "lower-case-shall": spec(requirement("A", "It shall work.")),
    "shall-in-fence": spec(requirement("A", "It works.\n```\nSHALL\n```")),
    "shall-in-heading": spec(requirement("It SHALL work", "It works.")),
    "shall-in-heading-only": spec(requirement("It SHALL work", "")),
    "body-empty": spec(requirement("A", "")),
    "mustard": spec(requirement("A", "MUSTARD and SHALLOW.")),
    "must-with-accent": spec(requirement("A", "It MUSTé work.")),
    "must-in-han": spec(requirement("A", "系统MUST做")),
    "must-with-underscore": spec(requirement("A", "It MUST_work.")),
    "metadata-only": spec(requirement("A", "**Constraint**: it MUST work")),
    "metadata-and-text": spec(requirement("A", "**ID**: SHALL-1\nplain text")),
    "metadata-odd": spec(requirement("A", "****: SHALL\n**a*b**: x")),
    "quoted-shall": spec(requirement("A", "> It SHALL work.")),
    "requirement-no-prefix": spec("### Foo\nIt works.\n\n" + GOOD_SCENARIO),
    "requirement-no-blank": spec("###Requirement: Foo\nIt SHALL.\n\n" + GOOD_SCENARIO),
    "requirement-no-blank-before-name": spec("### Requirement:Foo\nIt SHALL.\n\n" + GOOD_SCENARIO),
    "requirement-lower-case": spec("### requirement: Foo\nIt SHALL.\n\n" + GOOD_SCENARIO),
    "requirement-without-name": spec("### Requirement:\nIt works.\n\n" + GOOD_SCENARIO),
    "requirement-with-blank-name": spec("### Requirement: \nIt works.\n\n" + GOOD_SCENARIO),
    "requirement-with-blanks-name": spec("### Requirement:   \nIt works.\n\n" + GOOD_SCENARIO),
    "requirement-level-4": spec("#### Requirement: A\nIt works.\n\n" + GOOD_SCENARIO),
    "requirement-only-blanks": spec("###   \n\n" + GOOD_SCENARIO),
    "requirement-separator-in-title": spec("### Requirement: a\u2028b\nIt SHALL.\n\n" + GOOD_SCENARIO),
    "requirement-separator-behind": spec("### Requirement: a\u2028\nIt SHALL.\n\n" + GOOD_SCENARIO),
    "requirement-in-comment": spec(ONE, "<!--\n" + requirement("B", "It SHALL.") + "-->\n"),
    "setext": f"Purpose\n-------\n{PURPOSE}\n\nRequirements\n------------\n",
    "duplicate": spec(ONE, ONE),
    "duplicate-closed": spec(ONE, requirement("A ###", WORDS)),
    "duplicate-in-case": spec(ONE, requirement("a", WORDS)),
    "duplicate-with-nbsp": spec(requirement("A\u00a0##", WORDS), requirement("A", WORDS)),
    "c-sharp": spec(requirement("C#", WORDS), requirement("C", WORDS)),
    "delta-heading": spec(ONE) + "\n## ADDED Requirements\n" + requirement("B", WORDS),
    "delta-heading-two-blanks": spec(ONE) + "\n## added \t requirements  \n" + requirement("B", WORDS),
    "outside": spec(ONE) + "\n## Notes\n" + requirement("B", WORDS),
    "before-requirements": f"## Purpose\n{PURPOSE}\n{ONE}\n## Requirements\n{ONE}",
    "two-requirements-sections": spec(ONE) + "\n## Requirements\n" + requirement("B", WORDS),
    "level-1-inside": spec(ONE, "# Title\n", requirement("B", WORDS)),
    "stray-level-3": spec(ONE + "\n### Note\ntext\n\n#### Scenario: S\n- x\n"),
    "two-blank-heading-ends-nothing": spec(ONE + "\n## \n" + requirement("B", WORDS)),
    "crlf": spec(ONE).replace("\n", "\r\n"),
    "cr": spec(ONE).replace("\n", "\r"),
    "mixed-endings": spec(ONE).replace("\n", "\r\n", 5),
    "byte-order-mark": "\ufeff" + spec(ONE),
    "byte-order-mark-first-line-heading": "\ufeff## Requirements\n" + ONE + f"\n## Purpose\n{PURPOSE}\n",
    "two-byte-order-marks": "\ufeff\ufeff## Purpose\nx\n" + spec(ONE),
    "nul": spec(requirement("A\x00", "It SHALL\x00.")),
    "next-line-character": spec(requirement("A", "It works.\x85It SHALL.")),
    "heading-behind-next-line": spec(ONE + "\x85### Requirement: B\n"),
}

DELTAS: dict[str, str] = {
    "added": "## ADDED Requirements\n" + BLOCK.format("New"),
    "added-lower-case": "## added requirements\n" + BLOCK.format("New"),
    "added-two-blanks": "## ADDED  Requirements\n" + BLOCK.format("New"),
    "added-closed": "## ADDED Requirements ##\n" + BLOCK.format("New"),
    "added-twice": ("## ADDED Requirements\n" + BLOCK.format("New")) * 2,
    "added-level-3": "### ADDED Requirements\n" + BLOCK.format("New"),
    "nothing": "",
    "notes-only": "# Notes\nSome.\n",
    "sections-without-entries": "## ADDED Requirements\n## REMOVED Requirements\n## RENAMED Requirements\n",
    "stray-headings": "## ADDED Requirements\n### Note\n" + BLOCK.format("New") + "### Other ###\n### Requirement:\n",
    "stray-with-separator": "## ADDED Requirements\n### Note\u2028\n### a\u2028b\n###   \n" + BLOCK.format("New"),
    "stray-in-modified": "## MODIFIED Requirements\n### Note\n" + BLOCK.format("Old"),
    "orphan": BLOCK.format("Lost")
    + "## ADDED Requirements\n"
    + BLOCK.format("New")
    + "## Notes\n"
    + BLOCK.format("Too"),
    "orphan-under-title": "# Delta\n" + BLOCK.format("Lost") + "## \n" + BLOCK.format("Lost too"),
    "no-text": "## ADDED Requirements\n### Requirement: New\n" + GOOD_SCENARIO,
    "no-text-word-in-name": "## ADDED Requirements\n### Requirement: It SHALL work\n" + GOOD_SCENARIO,
    "no-word": "## MODIFIED Requirements\n### Requirement: It MUST\nIt works.\n" + GOOD_SCENARIO,
    "no-scenario": "## ADDED Requirements\n### Requirement: New\nIt SHALL.\n",
    "scenario-without-body": "## ADDED Requirements\n### Requirement: New\nIt SHALL.\n#### Scenario: S\n",
    "scenario-level-5": "## ADDED Requirements\n### Requirement: New\nIt SHALL.\n##### Scenario: S\n- x\n",
    "scenario-ends-at-stray": "## ADDED Requirements\n### Requirement: New\nIt SHALL.\n#### Scenario: S\n### Note\ntext\n",
    "block-of-heading-and-hashes": "## ADDED Requirements\n### Requirement: New\n#### \n\n",
    "two-bare-scenario-headings": "## ADDED Requirements\n### Requirement: New\nIt SHALL.\n#### \n\n#### \n",
    "level-2-without-title": "## ADDED Requirements\n" + BLOCK.format("New") + "## \n### Requirement: B\nIt SHALL.\n",
    "removed": "## REMOVED Requirements\n### Requirement: Old\n**Reason**: none\n",
    "removed-bullets": "## REMOVED Requirements\n- `### Requirement: A`\n* ### Requirement: B\n+`### Requirement: C`\n",
    "removed-bullets-odd": "## REMOVED Requirements\n- ### requirement: a\n1. ### Requirement: b\n",
    "removed-back-quotes": "## REMOVED Requirements\n- ### Requirement: `\n- ### Requirement: ``\n- ### Requirement: a ` \n",
    "removed-blank": "## REMOVED Requirements\n- ### Requirement:\n- ### Requirement: \n- ### Requirement:  `\n",
    "removed-twice": "## REMOVED Requirements\n### Requirement: A\n- ### Requirement: A ##\n",
    "renamed": "## RENAMED Requirements\n- FROM: `### Requirement: A`\n- TO: `### Requirement: B`\n",
    "renamed-no-bullets": "## RENAMED Requirements\nFROM: ### Requirement: A\n  * TO:### Requirement: B\n",
    "renamed-lower-case": "## RENAMED Requirements\nfrom: ### Requirement: A\nto: ### Requirement: B\n",
    "renamed-names-only": "## RENAMED Requirements\n- FROM: A\n- TO: B\n",
    "renamed-from-only": "## RENAMED Requirements\n- FROM: `### Requirement: A`\n",
    "renamed-to-only": "## RENAMED Requirements\n- TO: `### Requirement: A`\n",
    "renamed-mixed": "## RENAMED Requirements\n"
    + "".join(
        f"- {side}: `### Requirement: {name}`\n"
        for side, name in zip(["FROM", "FROM", "TO", "TO"], "ABXY", strict=True)
    ),
    "renamed-across-copies": "## RENAMED Requirements\n- FROM: `### Requirement: A`\n" * 2
    + "## RENAMED Requirements\n- TO: `### Requirement: B`\n",
    "renamed-twice": "## RENAMED Requirements\n" + "- FROM: `### Requirement: A`\n- TO: `### Requirement: B`\n" * 2,
    "renamed-and-removed": "## RENAMED Requirements\n- FROM: `### Requirement: A  x`\n- TO: `### Requirement: B`\n"
    "## REMOVED Requirements\n### Requirement: a X\n### Requirement: A  x\n",
    "renamed-and-added": "## RENAMED Requirements\n- FROM: `### Requirement: A`\n- TO: `### Requirement: B`\n"
    "## ADDED Requirements\n" + BLOCK.format("B"),
    "renamed-and-modified-old": "## RENAMED Requirements\n- FROM: `### Requirement: Old`\n- TO: `### Requirement: B`\n"
    "## MODIFIED Requirements\n" + BLOCK.format("Old"),
    "in-three-sections": "".join(
        f"## {word} Requirements\n" + BLOCK.format("X") for word in ("ADDED", "MODIFIED", "REMOVED")
    ),
    "modified-keeps": "## MODIFIED Requirements\n### Requirement: Old\nIt SHALL.\n#### Scenario: One\n- x\n"
    "#### Scenario: Two ##\n- x\n#### One\n- x\n",
    "modified-drops": "## MODIFIED Requirements\n### Requirement: Old\nIt SHALL.\n#### Scenario: Two\n- x\n",
    "modified-drops-copy": "## MODIFIED Requirements\n### Requirement: Old\nIt SHALL.\n#### scenario: One\n- x\n#### Two\n- x\n",
    "modified-unknown": "## MODIFIED Requirements\n" + BLOCK.format("Unknown"),
    "modified-through-renames": "## RENAMED Requirements\n- FROM: `### Requirement: Old`\n- TO: `### Requirement: B`\n"
    "- FROM: `### Requirement: B`\n- TO: `### Requirement: C`\n## MODIFIED Requirements\n" + BLOCK.format("C"),
    "modified-in-cycle": "## RENAMED Requirements\n- FROM: `### Requirement: P`\n- TO: `### Requirement: Q`\n"
    "- FROM: `### Requirement: Q`\n- TO: `### Requirement: P`\n## MODIFIED Requirements\n" + BLOCK.format("Q"),
    "in-fence": "```\n## ADDED Requirements\n```\n## ADDED Requirements\n~~~\n" + BLOCK.format("New"),
    "crlf": ("## ADDED Requirements\n" + BLOCK.format("New") + "### Note\n").replace("\n", "\r\n"),
    "cr": ("## ADDED Requirements\n" + BLOCK.format("New") + "### Note\n").replace("\n", "\r"),
    "byte-order-mark": "\ufeff## ADDED Requirements\n" + BLOCK.format("New"),
}
MAIN = spec("### Requirement: Old\nIt SHALL.\n#### Scenario: One\n- x\n#### One\n- x\n#### Scenario: Two\n- x\n\n")

GOOD_DELTA = {"specs/main/spec.md": DELTAS["added"]}
MARKED = "schema: spec-driven\nskip_specs: true\n"
CHANGES: dict[str, dict[str, str]] = {
    "no-proposal": GOOD_DELTA,
    "proposal-only": {"proposal.md": "# Proposal\n"},
    "root-delta": {"specs/spec.md": DELTAS["added"]},
    "root-delta-and-good": {"specs/spec.md": DELTAS["added"], **GOOD_DELTA},
    "unread-delta": {
        "specs/main.md": DELTAS["added"],
        "specs/a/b/notes.MD": DELTAS["removed"],
        "specs/a/plain.md": "x",
    },
    "unread-hidden": {"specs/.x.md": DELTAS["added"], "specs/.y/z.md": DELTAS["added"]},
    "nested-capability": {"specs/area/deep/spec.md": DELTAS["added"]},
    "hidden-capability": {"specs/.hid/spec.md": DELTAS["added"]},
    "two-files": {"specs/a/spec.md": DELTAS["nothing"], "specs/B/spec.md": DELTAS["sections-without-entries"]},
    "marked": {".openspec.yaml": MARKED},
    "marked-with-files": {".openspec.yaml": MARKED, **GOOD_DELTA},
    "marked-with-note": {".openspec.yaml": MARKED, "specs/a/note.txt": "x"},
    "marked-with-hidden": {".openspec.yaml": MARKED, "specs/.gitkeep": ""},
    "marked-false": {".openspec.yaml": "skip_specs: false\n"},
    "marked-no-schema": {".openspec.yaml": "skip_specs: true\n"},
    "marked-unknown-schema": {".openspec.yaml": "schema: nope\nskip_specs: true\n"},
    "marked-schema-with-ending": {".openspec.yaml": "schema: spec-driven.yaml\nskip_specs: true\n"},
    "marked-text": {".openspec.yaml": "schema: spec-driven\nskip_specs: 'yes'\n"},
    "marked-null": {".openspec.yaml": "schema: spec-driven\nskip_specs:\n"},
    "marked-bad-date": {".openspec.yaml": MARKED + "created: 2026-1-1\n"},
    "marked-good-date": {".openspec.yaml": MARKED + "created: 2026-01-31\n"},
    "marked-empty-goal": {".openspec.yaml": MARKED + "goal: ''\n"},
    "marked-areas": {".openspec.yaml": MARKED + "affected_areas: [a, 'b']\n"},
    "marked-areas-bad": {".openspec.yaml": MARKED + "affected_areas:\n  - a\n  - 12\n"},
    "marked-initiative": {".openspec.yaml": MARKED + "initiative: {store: a-b, id: c}\n"},
    "marked-initiative-bad": {".openspec.yaml": MARKED + "initiative: {store: A, id: c}\n"},
    "marked-unknown-key": {".openspec.yaml": MARKED + "other: [1, {a: b}]\n"},
    "marked-broken": {".openspec.yaml": "skip_specs: true\n\t: [\n"},
    "broken-unmarked": {".openspec.yaml": "a: [\n# skip_specs: true\n", **GOOD_DELTA},
    "marked-twice": {".openspec.yaml": MARKED + "skip_specs: true\n"},
    "metadata-list": {".openspec.yaml": "- skip_specs\n"},
    "metadata-empty": {".openspec.yaml": ""},
    "marked-behind-lone-cr": {".openspec.yaml": "schema: spec-driven\rskip_specs: true\n"},
    "marked-in-comment-line": {".openspec.yaml": "# a\rskip_specs: true\r\x1c\n"},
    "marked-behind-mark-and-indent": {".openspec.yaml": "\ufeff  goal: x\nschema: spec-driven\nskip_specs: true\n"},
    "marked-behind-blank-line-and-mark": {".openspec.yaml": "\r\n\ufeffschema: spec-driven\r\nskip_specs:  true\r\n"},
    "marked-in-keys-of-odd-marks": {".openspec.yaml": "\x1cskip_specs:\n\x0cskip_specs: true\n"},
    "marked-colon-and-lone-cr": {".openspec.yaml": "skip_specs:\r"},
    "anchor-set-twice": {".openspec.yaml": "goal: &x b\nother: &x c\nschema: spec-driven\nskip_specs: true\n"},
    "namespace": {"inner/proposal.md": "x", "deep/er/tasks.md": "x"},
    "namespace-with-file": {"inner/proposal.md": "x", "note.txt": "x"},
    "namespace-of-specs": {"inner/specs/a/spec.md": "x"},
    "tasks-good": {**GOOD_DELTA, "tasks.md": "## 1. G\n- [ ] 1.1 a\n- [x] 1.2 b\n## 2. H\n- [ ] 2.1 c\n"},
    "tasks-no-boxes": {**GOOD_DELTA, "tasks.md": "# Tasks\n\n1. do\n- it\n"},
    "tasks-no-boxes-hidden": {
        **GOOD_DELTA,
        "tasks.md": "---\ntags:\n- a\n---\n```\n- b\n```\n<!--\n- c\n-->\n    - d\n",
    },
    "tasks-open-front-matter": {**GOOD_DELTA, "tasks.md": "---\n- a\n"},
    "tasks-comment-on-line": {**GOOD_DELTA, "tasks.md": "<!-- x -->\n<!-- y --> - a\n* * *\n"},
    "tasks-prose": {**GOOD_DELTA, "tasks.md": "Just do it.\n"},
    "tasks-links": {**GOOD_DELTA, "tasks.md": "- [A](b)\n- [x][y]\n"},
    "tasks-wrong-group": {
        **GOOD_DELTA,
        "tasks.md": "## 1. G\n- [ ] 2.1 a\n  - [ ] 01.2 b\n- [ ] 1.3a c\n- [ ] 3.1x2 d\n",
    },
    "tasks-repeated": {
        **GOOD_DELTA,
        "tasks.md": "## 1. G\n- [ ] 1.1 a\n- [ ] 1.1 b\n## Other\n- [ ] 1.1 c\n## 2.\n- [ ] 1.1 d\n",
    },
    "tasks-crlf": {**GOOD_DELTA, "tasks.md": "## 1. G\r\n- [ ] 2.1 a\r\n- [ ] 2.1\r\n"},
    "tasks-cr": {**GOOD_DELTA, "tasks.md": "## 1. G\r- [ ] 2.1 a\r"},
    "tasks-mark": {**GOOD_DELTA, "tasks.md": "\ufeff## 1. G\n- [ ] 2.1 a\n"},
    "tasks-in-fence": {**GOOD_DELTA, "tasks.md": "## 1. G\n```\n- [ ] 2.1 a\n```\n"},
    "tasks-with-bad-metadata": {**GOOD_DELTA, ".openspec.yaml": "a: b\n", "tasks.md": "## 1. G\n- [ ] 2.1 a\n- b\n"},
    "tasks-unknown-schema": {**GOOD_DELTA, ".openspec.yaml": "schema: nope\n", "tasks.md": "- b\n"},
    "tasks-own-schema": {
        **GOOD_DELTA,
        ".openspec.yaml": "schema: own\n",
        "work/a.md": "- b\n",
        "work/deep/c.md": "- d\n",
        "tasks.md": "- e\n",
    },
    "tasks-own-schema-without-file": {**GOOD_DELTA, ".openspec.yaml": "schema: own\n", "tasks.md": "- e\n"},
    "namespace-of-own-schema": {"inner/work/x.md": "x"},
}
OWN_SCHEMA = """name: own
version: 1
artifacts:
  - id: notes
    generates: notes.md
    description: Notes
    template: notes.md
    requires: []
  - id: work
    generates: work/**/*.md
    description: Work
    template: work.md
    requires: [notes]
apply:
  requires: [work]
  tracks: work/**/*.md
"""


SCENARIO = "#### Scenario: S\n- **WHEN** x\n- **THEN** y\n"
TWO = spec(f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}", f"### Requirement: Other\nIt SHALL too.\n\n{SCENARIO}")
LAST = spec(f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}")


def section(word: str, *blocks: str) -> str:
    """Write a section of a delta from names (each a whole requirement then) and other texts."""
    whole = (block if "\n" in block else f"### Requirement: {block}\nIt SHALL be.\n\n{SCENARIO}" for block in blocks)
    return f"## {word} Requirements\n\n" + "\n".join(whole)


def renames(*pairs: tuple[str, str]) -> str:
    """Write a section of renames."""
    lines = (f"- FROM: `### Requirement: {old}`\n- TO: `### Requirement: {new}`\n" for old, new in pairs)
    return "## RENAMED Requirements\n" + "".join(lines)


# A main spec (None: there is none) and a delta against it: every reason to refuse, and what merges do to texts.
MERGES: dict[str, tuple[str | None, str]] = {
    "unpaired-from": (TWO, "## RENAMED Requirements\n- FROM: `### Requirement: Old`\n"),
    "unpaired-to": (TWO, "## RENAMED Requirements\n- TO: `### Requirement: New`\n"),
    "unpaired-is-told-before-duplicates": (
        TWO,
        section("ADDED", "A", "A") + "\n## RENAMED Requirements\n- TO: `### Requirement: B`\n",
    ),
    "duplicate-added": (TWO, section("ADDED", "A", "A ##")),
    "duplicate-modified": (TWO, section("MODIFIED", "Old", "Old")),
    "duplicate-removed": (TWO, section("REMOVED", "Old", "- `### Requirement: Old`\n")),
    "duplicate-from": (TWO, renames(("Old", "A"), ("Old", "B"))),
    "duplicate-to": (TWO, renames(("Old", "A"), ("Other", "A"))),
    "renamed-and-removed": (TWO, renames(("Old", "A")) + section("REMOVED", "Old")),
    "renamed-and-removed-in-other-case": (TWO, renames(("Old", "A")) + section("REMOVED", "OLD")),
    "modified-by-its-old-name": (TWO, renames(("Old", "A")) + section("MODIFIED", "Old")),
    "renamed-to-what-is-added": (TWO, renames(("Old", "A")) + section("ADDED", "A")),
    "modified-and-removed": (TWO, section("MODIFIED", "Old") + section("REMOVED", "Old")),
    "modified-and-added": (TWO, section("MODIFIED", "Old") + section("ADDED", "Old")),
    "added-and-removed": (TWO, section("ADDED", "A") + section("REMOVED", "A")),
    "no-operation": (TWO, "# Notes\n\nNothing.\n"),
    "empty-sections": (TWO, "## ADDED Requirements\n\n## REMOVED Requirements\n"),
    "no-spec-to-modify": (None, section("MODIFIED", "Old")),
    "no-spec-to-rename-in": (None, renames(("Old", "A"))),
    "no-spec-to-remove-from": (None, section("REMOVED", "Old")),
    "broken-by-delta-heading": (TWO + "\n## ADDED Requirements\n", section("ADDED", "A")),
    "broken-by-outside": (TWO + f"\n## Notes\n### Requirement: B\nIt SHALL.\n\n{SCENARIO}", section("ADDED", "A")),
    "broken-by-duplicate": (spec(ONE, ONE), section("ADDED", "B")),
    "rename-source-missing": (TWO, renames(("No", "New"))),
    "rename-source-in-other-case": (TWO, renames(("old", "New"))),
    "rename-done-already": (TWO, renames(("No", "Other"))),
    "rename-done-but-source-is-near": (TWO, renames(("OLD", "Other"))),
    "rename-target-exists": (TWO, renames(("Old", "Other"))),
    "rename-target-near": (TWO, renames(("Old", "OTHER"))),
    "rename-to-other-case-of-itself": (TWO, renames(("Old", "OLD"))),
    "rename-in-a-ring": (TWO, renames(("Old", "X"), ("Other", "Old"), ("X", "Other"))),
    "removed-missing": (TWO, section("REMOVED", "No")),
    "removed-near": (TWO, section("REMOVED", "old")),
    "modified-missing": (TWO, section("MODIFIED", "No")),
    "modified-near": (TWO, section("MODIFIED", "old")),
    "modified-heading": (LAST, section("MODIFIED", f"### Requirement: Old ##\u2003\nIt SHALL.\n\n{SCENARIO}")),
    "modified-drops-scenario": (TWO, section("MODIFIED", "### Requirement: Old\nIt SHALL.\n\n#### Scenario: T\n- x\n")),
    "modified-drops-copy": (
        spec(f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}\n{SCENARIO}"),
        section("MODIFIED", f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}"),
    ),
    "modified-keeps-scenario-in-fence": (
        TWO,
        section("MODIFIED", f"### Requirement: Old\nIt SHALL.\n\n```\n{SCENARIO}```\n"),
    ),
    "added-exists": (TWO, section("ADDED", "Old")),
    "added-exists-alike": (TWO, section("ADDED", f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}")),
    "added-near": (TWO, section("ADDED", "OLD")),
    "added-near-by-spaces": (spec(requirement("a b", WORDS)), section("ADDED", "a  b")),
    "everything-at-once": (
        TWO,
        renames(("Old", "New")) + section("MODIFIED", "New") + section("REMOVED", "Other") + section("ADDED", "A", "B"),
    ),
    "modified-alike": (TWO, section("MODIFIED", f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}")),
    "removed-then-added-by-near-name": (TWO, section("REMOVED", "Old") + section("ADDED", "OLD")),
    "orphan": (TWO, f"### Requirement: Lost\n\n{section('ADDED', 'A')}\n## Notes\n### Requirement: Too\n"),
    "new-spec": (None, section("ADDED", "A")),
    "new-spec-with-purpose": (None, f"## Purpose\n{PURPOSE}\n\n" + section("ADDED", "A")),
    "new-spec-with-short-purpose": (None, "## Purpose\nShort.\n\n" + section("ADDED", "A")),
    "new-spec-with-comment-in-purpose": (None, f"## Purpose\n<!-- x -->\n{PURPOSE}\n\n" + section("ADDED", "A")),
    "new-spec-with-fenced-purpose": (None, "## Purpose\n```\nx\n```\n\n" + section("ADDED", "A")),
    "new-spec-with-open-fence-in-purpose": (None, section("ADDED", "A") + "\n## Purpose\nx\n```\n"),
    "new-spec-with-requirements-in-purpose": (None, "## Purpose\n# Requirements\nx\n\n" + section("ADDED", "A")),
    "other-purpose": (TWO, "## Purpose\nAnother one.\n\n" + section("ADDED", "A")),
    "same-purpose": (TWO, f"## Purpose\n\n{PURPOSE}\n\n" + section("ADDED", "A")),
    "crlf": (TWO.replace("\n", "\r\n"), section("ADDED", "A")),
    "crlf-in-delta": (TWO, section("ADDED", "A").replace("\n", "\r\n")),
    "half-crlf": ("\r\n".join(TWO.split("\n")[:9]) + "\n" + "\n".join(TWO.split("\n")[9:]), section("ADDED", "A")),
    "cr": (TWO.replace("\n", "\r"), section("ADDED", "A")),
    "one-line": ("## Requirements", section("ADDED", "A")),
    "byte-order-mark": ("\ufeff" + TWO, section("ADDED", "A")),
    "byte-order-marks": ("\ufeff" + TWO, "\ufeff" + section("ADDED", "A")),
    "no-section": (f"# T\n\n## Purpose\n{PURPOSE}\n", section("ADDED", "A")),
    "empty-spec": ("", section("ADDED", "A")),
    "preamble-and-after": (
        TWO.replace("## Requirements\n", "## Requirements\n\nSome words.\n\n\n") + "\n\n\n## Notes\n\n\n\nMore.",
        section("REMOVED", "Old") + section("ADDED", "A"),
    ),
    "blank-runs-in-fence": (
        spec(f"### Requirement: Old\nIt SHALL.\n```\n\n\n\n```\n\n\n\n{SCENARIO}"),
        section("ADDED", "A"),
    ),
    "closed-heading-of-section": (TWO.replace("## Requirements", "## requirements  "), section("ADDED", "A")),
    "foreign-heading-goes": (
        spec(f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}\n### Notes\nkept?\n\n", ONE),
        section("REMOVED", "Old"),
    ),
    "foreign-heading-kept": (
        spec(f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}\n### Notes\nkept?\n"),
        section("MODIFIED", f"### Requirement: Old\nIt SHALL be.\n\n{SCENARIO}\n### Notes\nkept?\n"),
    ),
    "last-one": (LAST, section("REMOVED", "Old")),
    "last-one-with-notes": (LAST + "\n## Notes\n\nMore.\n", section("REMOVED", "Old")),
    "last-one-with-preamble": (
        LAST.replace("## Requirements\n", "## Requirements\nWords.\n"),
        section("REMOVED", "Old"),
    ),
    "last-one-with-stray-lines": (
        spec(
            f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}\nProse.\n\n- bullet\n  inside\n\n| a | b |\n"
            "#### Scenario: T\n- x\nlazy\n  wrapped\n\n> quote\n\nTitle\n---\n<b>x</b>\n"
        ),
        section("REMOVED", "Old"),
    ),
    "last-one-with-odd-head": (
        (
            "Before.\n\n# T\n# U\n\n## Purpose\nx\n\nTitle\n=====\ny\n\n<h2>z</h2>\nw\n\n## Other\nv\n\n## Requirements\n\n"
            f"### Requirement: Old\nIt SHALL.\n\n{SCENARIO}"
        ),
        section("REMOVED", "Old"),
    ),
}


CONFIGS = [
    "\ufeffschema: own\ncontext: |\n  x\n",
    "--- {schema: own}\n",
    "? schema\n: own\n",
    "context: |\n  schema: own\n",
    "schema: nope\n",
]
ARCHIVED: dict[str, dict[str, str]] = {
    "done": {"tasks.md": "- [x] 1.1 a\n"},
    "open": {"tasks.md": "- [x] a\n- [ ] b\n  - [~] c\n"},
    "crlf": {"tasks.md": "x\r\n- [ ] b\r\n"},
    "cr": {"tasks.md": "x\r- [ ] b\r- [ ] c\r"},
    "no-tasks": {"proposal.md": "x"},
    "no-boxes": {"tasks.md": "- a\n"},
    "own-schema": {".openspec.yaml": "schema: own\n", "work/a.md": "- [ ] b\n", "work/x/c.md": "- [ ] d\n"},
    "own-schema-elsewhere": {".openspec.yaml": "schema: own\n", "tasks.md": "- [ ] b\n"},
    "bad-metadata": {".openspec.yaml": "a: b\n", "tasks.md": "- [ ] b\n"},
    "folder-for-tasks": {"tasks.md/x": ""},
}


def packed() -> dict[str, str]:
    """Pack every case into one tree, so that the judge is asked once."""
    files = {f"openspec/specs/spec-{name}/spec.md": text for name, text in SPECS.items()}
    files["openspec/specs/main/spec.md"] = MAIN
    files["openspec/schemas/own/schema.yaml"] = OWN_SCHEMA
    for name, text in DELTAS.items():
        files[f"openspec/changes/delta-{name}/specs/main/spec.md"] = text
    for name, change in CHANGES.items():
        for path, text in change.items():
            files[f"openspec/changes/change-{name}/{path}"] = text
    for name, change in ARCHIVED.items():
        for path, text in change.items():
            files[f"openspec/changes/archive/2026-01-01-{name}/{path}"] = text
    return files
