"""The state of an improve run: every document as it stands at the base, and as the kept edits have made it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial

from geoflow.improvement.contract import UNHELD, answered_contract, contract_of
from geoflow.improvement.edit import Candidate, apply
from geoflow.improvement.insight import holds
from geoflow.improvement.obligation import usual
from geoflow.improvement.past_texts import NO_PAST
from geoflow.improvement.proposal import Document, Proposal, requirement_named, target_place
from geoflow.openspec import Delta, Issue, Requirement, Spec, Tree, parse_delta, parse_spec, read_tree, validate
from geoflow.openspec.metadata import FILE as METADATA
from geoflow.quality.beside import Aside, beside
from geoflow.quality.between import find_between
from geoflow.quality.contrary import find_reworded
from geoflow.quality.copies import find_copies
from geoflow.quality.finding import Finding
from geoflow.quality.findings import documents, find_in, requirements_of, wanted
from geoflow.quality.kept import Kept
from geoflow.quality.names import names_of
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon
from geoflow.quality.structure import from_issue
from geoflow.quality.verdicts import validate_again
from geoflow.quality.waivers import split, waivers_in, waivers_of
from geoflow.settings import Allowed

LARGEST = 1_000_000
"""Documents of more characters are not edited: no model and no person reviews such an edit."""


@dataclass(frozen=True)
class Looked:
    """A document with everything that is wrong in it."""

    document: Document
    issues: tuple[Issue, ...]
    findings: tuple[Finding, ...]


RESHAPED = "its document has got other requirements in this run; the next one goes on there"
"""Why nothing more is edited in a document where a requirement was split or dropped: places there have moved."""

Target = tuple[str, int]
"""A target: the document's path and the index of the requirement in it, -1 for the Purpose section."""


class Workbench:
    """Documents under improvement.

    Args:
        files: All OpenSpec files at the base commit: {path relative to the root: text}.
        off: Codes of rules that are not to look.
        allowed: Findings that the settings let stand.
        lexicon: The words of the project.
        kept: What rules worked out before.
        aside: Begins a part of the rules' work in another process.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        off: Collection[str] = (),
        allowed: Sequence[Allowed] = (),
        lexicon: ProjectLexicon = NO_WORDS,
        kept: Kept | None = None,
        *,
        aside: Aside | None = None,
    ) -> None:
        kept = kept or Kept()
        self._off, self._lexicon = off, lexicon
        # A waiver in a document is one of the base: the gate lets none come or go.
        self._waivers = [*waivers_in(files), *waivers_of(allowed, files)]
        self.base_files = dict(files)
        self.files = dict(files)
        self.tree: Tree = read_tree(files)
        self._names = names_of(self.tree, kept)
        look = beside(partial(find_in, lexicon=lexicon), documents(self.tree), self._names, aside)
        self.reports = validate_again(files, None, kept)
        self._base: dict[str, Looked] = {}
        self._now: dict[str, Looked] = {}
        self._seen: dict[Target, set[str]] = {}
        self._hindrances: dict[str, str] = {}
        self._obligations: dict[str, str] = {}
        self._mended = Counter[tuple[str, ...]]()
        self._reshaped: dict[str, tuple[int, int]] = {}
        self.past = NO_PAST
        issues: dict[str, list[Issue]] = {}
        for report in self.reports:
            for issue in report.issues:
                issues.setdefault(issue.document, []).append(issue)
        copies = find_copies(self.tree, kept=kept)
        reworded = find_reworded(self.tree, {(one.path, one.requirement) for one in copies}, kept)
        across = find_between(self.tree, files, kept=kept) + copies + reworded
        for document in documents(self.tree):
            found = tuple(issues.get(document.path, ()))
            looked = Looked(document, found, tuple(wanted(look(document, found, self._names), off)))
            self._base[document.path] = self._now[document.path] = looked
        self._elsewhere = [
            from_issue(issue, files.get(path, ""), (), (0, 0))
            for path, others in issues.items()
            if path not in self._base
            for issue in others
        ]
        self._elsewhere += across

    def fork(self) -> "Workbench":
        """Give a copy of the state, on which edits are tried and leave this one as it is."""
        other = copy(self)
        vars(other).update(
            files=dict(self.files),
            _now=dict(self._now),
            _seen={target: set(texts) for target, texts in self._seen.items()},
            _mended=self._mended.copy(),
            _reshaped=dict(self._reshaped),
            _hindrances=dict(self._hindrances),
        )
        return other

    @property
    def findings(self) -> list[Finding]:
        """List what is wrong in the documents as they stand now and in changes as a whole, but for what is waived."""
        found = [finding for looked in self._now.values() for finding in looked.findings]
        return split(wanted([*found, *self._elsewhere], self._off), self._waivers).kept

    @property
    def specs(self) -> list[Spec]:
        """List the main specs as they stand now."""
        return [looked.document for looked in self._now.values() if isinstance(looked.document, Spec)]

    def document(self, path: str) -> Document:
        """Give a document as it stands now."""
        return self._now[path].document

    def looked(self, path: str) -> Looked | None:
        """Give a document as it stands now with what is wrong in it; None where there is none."""
        return self._now.get(path)

    @property
    def documents(self) -> dict[str, Document]:
        """Give every document as it stands now, by path."""
        return {path: looked.document for path, looked in self._now.items()}

    def obligation(self, path: str) -> str:
        """Tell which word obliges in a document as people have merged it, SHALL or MUST."""
        if path not in self._obligations:
            others = (spec.text for spec in self.tree.specs)
            self._obligations[path] = usual(self.base_files.get(path, ""), others)
        return self._obligations[path]

    def is_edited(self, path: str) -> bool:
        """Tell whether a document has been edited already."""
        return self.files[path] != self.base_files[path]

    def editable(self, path: str) -> str:
        """Say why a document may not be edited; an empty string where it may."""
        if path in self._reshaped:
            return RESHAPED
        if path not in self._hindrances:
            self._hindrances[path] = _hindrance(self.base_files.get(path, ""))
        return self._hindrances[path]

    def close(self, paths: Iterable[str], why: str) -> None:
        """Keep documents from being edited, for a reason that is told."""
        self._hindrances |= dict.fromkeys(paths, why)

    def refresh(self, finding: Finding) -> Finding | None:
        """Find a finding again in the document as it stands now; None where an edit has mended it already.

        Where equal quotes stand in one requirement, those that were mended before it have moved it forward.
        """
        same = [other for other in self._now[finding.path].findings if _kind(other) == _kind(finding)]
        index = finding.occurrence - self._mended[_kind(finding)]
        return same[index] if 0 <= index < len(same) else None

    def target(self, finding: Finding) -> Target:
        """Tell which target a finding belongs to."""
        names = [requirement.name for requirement in requirements_of(self._now[finding.path].document)]
        places = requirements_of(self._now[finding.path].document)
        holding = [i for i, place in enumerate(places) if place.start <= finding.start <= place.end]
        by_name = [i for i, name in enumerate(names) if name == finding.requirement]
        index = next((i for i in by_name if i in holding), by_name[0] if by_name else -1)
        return finding.path, index

    def propose(self, candidate: Candidate) -> Proposal:
        """Carry a candidate out on a copy, and gather what the gate looks at.

        Raises:
            ValueError: The candidate's spans overlap or lie outside the document.
        """
        path = candidate.finding.path
        now = self._now[path]
        new = self._look(path, apply(now.document.text, candidate.spans))
        answer = candidate.answer
        seen = frozenset(self._seen.get(self.target(candidate.finding), ()))
        if answer is None:  # a person may change their mind
            seen |= self.past.seen.get((path, candidate.finding.requirement), frozenset())
        return Proposal(
            base=now.document,
            new=new.document,
            finding=candidate.finding,
            contract=(answered_contract if answer else contract_of)(candidate.finding),
            base_issues=now.issues,
            new_issues=new.issues,
            base_findings=now.findings + _unheld(candidate, now.document),
            new_findings=new.findings + _unheld(candidate, new.document),
            template_words=candidate.template_words,
            seen=seen,
            source=self._base[path].document,
            answer=answer,
            wish=candidate.wish,
            region=candidate.region,
            kept=self._kept(candidate),
        )

    def _kept(self, candidate: Candidate) -> tuple[Document, Requirement] | None:
        path, name = candidate.kept or ("", "")
        looked = self._base.get(path)
        found = requirement_named(looked.document, name) if looked else None
        return (looked.document, found) if looked and found else None

    def keep(self, proposal: Proposal) -> None:
        """Take a proposal that passed the gate into the documents."""
        path = proposal.base.path
        self._seen.setdefault(self.target(proposal.finding), set()).add(" ".join(proposal.old_text.split()))
        self.files[path] = proposal.new.text
        if proposal.contract.shape in ("split", "drop"):
            self._reshaped[path] = proposal.base_place
        kind = _kind(proposal.finding)
        before, after = (
            sum(_kind(finding) == kind for finding in findings)
            for findings in (proposal.base_findings, proposal.new_findings)
        )
        self._mended[kind] += before - after
        self._now[path] = Looked(proposal.new, proposal.new_issues, proposal.new_findings)

    def blocks(self, target: Target) -> tuple[tuple[int, int], str]:
        """Give where a target lies in its base document, and its text as it stands now."""
        path, index = target
        base, now = self._base[path].document, self._now[path].document
        if path in self._reshaped:  # it is the only edit of its document
            start, end = self._reshaped[path]
            return (start, end), now.text[start : len(now.text) - (len(base.text) - end)]
        return _place(base, index), now.text[slice(*_place(now, index))]

    def whole(self, target: Target, text: str, finding: Finding) -> Proposal:
        """Propose to turn a target of the base into this text at once, all else in its document as at the base."""
        path, index = target
        base = self._base[path]
        start, end = _place(base.document, index)
        new = self._look(path, base.document.text[:start] + text + base.document.text[end:])
        return Proposal(
            base=base.document,
            new=new.document,
            finding=replace(finding, start=start),
            contract=contract_of(finding),
            base_issues=base.issues,
            new_issues=new.issues,
            base_findings=base.findings,
            new_findings=new.findings,
        )

    def put(self, target: Target, text: str) -> None:
        """Let a target read so, whatever the edits so far have made of it; the rest of its document stays as it is."""
        path, index = target
        now = self._now[path].document
        start, end = _place(now, index)
        self.files[path] = now.text[:start] + text + now.text[end:]
        self._now[path] = self._look(path, self.files[path])

    def _look(self, path: str, text: str) -> Looked:
        old = self._base[path].document
        document: Document = (
            parse_spec(old.id, path, text) if isinstance(old, Spec) else parse_delta(old.id, path, text)
        )
        reports = validate(self._around(old) | {path: text}, within=(path,))
        issues = tuple(issue for report in reports for issue in report.issues if issue.document == path)
        return Looked(document, issues, tuple(wanted(find_in(document, issues, self._names, self._lexicon), self._off)))

    def _around(self, document: Document) -> dict[str, str]:
        # A spec is judged by itself; a delta with its main spec, the marks of its change, and what files there are.
        if not isinstance(document, Delta):
            return {}
        change = "/".join(document.path.split("/")[:3]) + "/"
        settings = ("openspec/config.yaml", "openspec/config.yml", "openspec/schemas/", change + METADATA)
        main = {spec.path for spec in self.tree.specs if spec.id == document.id}
        found = {path: "" for path in self.files if path.startswith(change)}
        return found | {path: text for path, text in self.files.items() if path.startswith(settings) or path in main}


def _unheld(candidate: Candidate, document: Document) -> tuple[Finding, ...]:
    """Find that a document's requirement does not hold the answer: no rule looks for that."""
    finding, answer = candidate.finding, candidate.answer
    if answer is None or finding.code != UNHELD:
        return ()
    start, end = target_place(document, finding.requirement, finding.start)
    return () if holds(document.text[start:end], answer.text) else (finding,)


def _kind(finding: Finding) -> tuple[str, ...]:
    return finding.code, finding.path, finding.requirement, " ".join(finding.quote.split()).lower()


def _hindrance(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "the file is not UTF-8"
    return f"the file has more than {LARGEST:,} characters" if len(text) > LARGEST else ""


def _place(document: Document, index: int) -> tuple[int, int]:
    if index < 0:
        return target_place(document, "", 0)
    requirement = requirements_of(document)[index]
    return requirement.start, requirement.end


def changed_elsewhere(tree: Tree) -> dict[tuple[str, str], str]:
    """Tell which requirements of main specs an active change modifies, removes or renames: {(spec, name): change}."""
    touched: dict[tuple[str, str], str] = {}
    for change in tree.changes:
        for delta in change.deltas:
            names = [requirement.name for requirement in delta.modified]
            names += [removed.name for removed in delta.removed] + [renamed.old for renamed in delta.renamed]
            touched |= {(delta.id, name): change.id for name in names}
    return touched
