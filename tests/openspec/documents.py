"""Texts that a reader of OpenSpec may meet: made from the pieces that mean something to it, and from none."""

from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        "## Requirements", "## Purpose", "# Purpose ##", "### Requirement: A", "###Requirement:b ##", "#### Scenario: S",
        "##### Deep", "# Title", "### Other", "## ADDED Requirements", "## MODIFIED Requirements",
        "## REMOVED Requirements", "## RENAMED Requirements", "- FROM: `### Requirement: A`",
        "- TO: `### Requirement: B`", "* `### Requirement: C`", "```", "~~~~ x", "  ```", "- **WHEN** a", "- THEN b",
        "  more", "The system SHALL.", "", " ", "\u2028", "\ufeff", "\x85", "\udc80", "<!--", "## \u2028",
        "### Requirement: ", "### Requirement:", "####", "#### ", "- [ ] 1.1 x", "## 1. G", "**A**: b", "\x1c## x",
        "TBD - created by archiving change x. Update Purpose after archive.", "TODO", "skip_specs: true",
    ]
)  # fmt: skip
ENDINGS = st.sampled_from(["\n", "\n", "\r\n", "\r"])
DOCUMENTS = st.lists(st.tuples(PIECES, ENDINGS), max_size=40).map(lambda parts: "".join(a + b for a, b in parts))
ANY_TEXT = st.one_of(DOCUMENTS, st.text(), DOCUMENTS.map(lambda text: "\ufeff" + text))
