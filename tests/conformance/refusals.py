"""The npm CLI's reasons to refuse a merge, by a fragment of its sentence, and geoflow's code for each."""

# First match wins; the fragments stand behind the name of the capability. Section 1.11 of the reference has them all.
REFUSALS = (
    ("validation failed - RENAMED entry on line", "unpaired-rename"),
    ("validation failed - duplicate requirement in", "duplicate"),
    ("validation failed - duplicate FROM in RENAMED", "duplicate"),
    ("validation failed - duplicate TO in RENAMED", "duplicate"),
    ("validation failed - requirement present in multiple sections", "in-two-sections"),
    ("validation failed - when a rename exists, MODIFIED must reference", "modified-old-name"),
    ("validation failed - RENAMED TO header collides with ADDED", "renamed-and-added"),
    ("Delta parsing found no operations for", "no-operations"),
    (": target spec does not exist;", "no-spec"),
    (": target spec is structurally invalid", "broken-spec"),
    (" - source not found, but ", "rename-source-near"),
    (" - source not found", "rename-source-missing"),
    (" - target already exists", "rename-target-exists"),
    ("already exists and differs only in case or spacing; choose", "rename-target-near"),
    ("exists; fix the header to match it exactly", "removed-near"),
    (" - header mismatch in content", "modified-heading"),
    (" - current spec contains scenario(s) not present", "drops-scenarios"),
    (" - not found", "modified-missing"),
    ("already exists and differs only in case or spacing; use MODIFIED", "added-near"),
    (" - already exists", "added-exists"),
)
# geoflow says where the npm CLI does not that a requirement of nearly the same name is there.
ALIKE = {"modified-near": "modified-missing"}
CODES = frozenset(code for _, code in REFUSALS)


def refusal_of(sentence: str) -> str:
    """Name the code behind a refusal of the npm CLI."""
    return next((code for fragment, code in REFUSALS if fragment in sentence), f"unknown: {sentence[:80]}")


def refusal_code(code: str) -> str:
    """Bring a code of geoflow's to the one that the npm CLI's sentence stands for."""
    return ALIKE.get(code, code)
