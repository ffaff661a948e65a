"""Whether a reviewer saw what was made wrong: a new finding, on the mutated requirement, of a rule that fits."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from geoflow.quality.finding import Finding
from geoflow.quality.mutation.mutant import Mutant, Operator

_INCOSE = re.compile(r"R\d+")
ByPath = Mapping[str, Sequence[Finding]]


def by_path(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Sort findings by their documents."""
    sorted_: dict[str, list[Finding]] = {}
    for finding in findings:
        sorted_.setdefault(finding.path, []).append(finding)
    return sorted_


def fits(operator: Operator, finding: Finding) -> bool:
    """Tell whether a finding is of a rule that looks for what the operator makes wrong; any is for one that makes none.

    Rules of wording are told by the INCOSE numbers that they declare, the others by their codes.
    """
    if operator.layer == "none":
        return True
    return finding.code in operator.codes or not operator.incose.isdisjoint(_INCOSE.findall(finding.incose))


def new_findings(mutant: Mutant, before: ByPath, after: ByPath) -> list[Finding]:
    """List the findings that fit, lie on what was mutated, and were not there before, by the count of each rule.

    They are counted, since a finding that was there before may now quote other words, those of the mutated sentence.
    """
    had = Counter(finding.code for finding in _on(mutant, before))
    seen: Counter[str] = Counter()
    known = {(finding.code, _normal(finding)) for finding in _on(mutant, before)}
    # Those with words that were there before come first, so that the surplus is what is new.
    found = sorted(_on(mutant, after), key=lambda one: (one.code, _normal(one)) not in known)
    new = []
    for finding in found:
        seen[finding.code] += 1
        if seen[finding.code] > had[finding.code]:
            new.append(finding)
    # A typo in a word hides what a rule says of that word; that it says so again is no alarm.
    return [one for one in new if not mutant.operator.undone or mutant.good.lower() not in one.quote.lower()]


def _on(mutant: Mutant, findings: ByPath) -> list[Finding]:
    prefixes = mutant.edit.prefixes
    paths = {mutant.path, mutant.home} if not prefixes else {path for path in findings if path.startswith(prefixes)}
    return [
        finding
        for path in sorted(paths)
        for finding in findings.get(path, ())
        if mutant.holds(finding) and fits(mutant.operator, finding)
    ]


def _normal(finding: Finding) -> str:
    return " ".join(finding.quote.split()).lower()


def jaccard(runs: Sequence[frozenset[str]]) -> float:
    """Give how alike runs are, the mean over all pairs: 1 where each found the same, also where none found anything."""
    pairs = [(one, other) for place, one in enumerate(runs) for other in runs[place + 1 :]]
    shares = [len(one & other) / len(one | other) if one | other else 1.0 for one, other in pairs]
    return sum(shares) / len(shares) if shares else 1.0
