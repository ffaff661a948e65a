"""The gate of an adoption: what a hand-written item must still say after it was put into OpenSpec form.

Its contract is of structure: headings, marks, numbering and the order of sections may change; nothing else. Every word
of a document that is replaced is in the result, every word of the result comes from a line of the source or from the
closed list of template words, and nothing is joined that the source did not join. Each check is a pure function that
says why it refuses; it trusts nothing that the adoption says of itself but where each line claims to come from, and
that it looks up.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from geoflow.improvement.adopt_page import Adopted, Line, Page, Place, Scenario
from geoflow.improvement.adopt_steps import step_word
from geoflow.improvement.adopt_told import hollow
from geoflow.improvement.adopt_words import content, scenario_runs, visible, words
from geoflow.openspec.lines import split
from geoflow.openspec.model import Issue

HEADINGS_THAT_GO = frozenset(
    "overview summary abstract goal goals introduction acceptance success criteria test tests cases case scenario "
    "scenarios pre post precondition postcondition input requirement requirements added modified task".split()
)
"""Words that say what kind of part a heading or label opens; the part's new form says it in their place."""

TEMPLATE_WORDS = frozenset(
    "purpose requirements requirement scenario added given when then and or but where shall provide meet following "
    "the system tasks why what changes run specifies of".split()
)
"""All words that an adoption may add."""


@dataclass(frozen=True)
class Adoption:
    """What the gate looks at: an adopted item, the files that it was made from, and what validation says of the result.

    `issues` are those of the item after the adoption. `sources` holds every document that a line may come from.
    """

    adopted: Adopted
    sources: Mapping[str, str]
    issues: tuple[Issue, ...]
    _lines: dict[str, Sequence[str]] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Give where the item lies; nothing else may be written."""
        kind = "specs" if self.adopted.kind == "spec" else "changes"
        return f"openspec/{kind}/{self.adopted.id}/"

    @cached_property
    def heirs(self) -> list[tuple[str, Page]]:
        """Give each document that is replaced or renamed, and the page that takes its place."""
        made = self.adopted
        found = [(self.sources[path], made.pages[path]) for path in sorted(made.replaced)]
        return found + [
            (self.sources[path], made.pages.get(made.renamed.get(path, ""), Page())) for path in made.removed
        ]

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Give each document that is replaced or renamed, and the text that takes its place."""
        return [(text, page.text) for text, page in self.heirs]

    @cached_property
    def after(self) -> str:
        """Give the text of all documents that are written."""
        return "\n".join(page.text for page in self.adopted.pages.values())

    def said_at(self, line: Line) -> str:
        """Give what the source says in the lines that a line claims to come from."""
        return "\n".join(self._line(place.path, place.line) for place in line.sources)

    def _line(self, path: str, number: int) -> str:
        if path not in self._lines:
            self._lines[path] = split(self.sources.get(path, "")).lines
        lines = self._lines[path]
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def each_line(self) -> Iterator[Line]:
        """Give every line of the result that says something."""
        return (line for page in self.adopted.pages.values() for line in page.lines if line.text.strip())


def in_its_folder(adoption: Adoption) -> str:
    """Refuse an adoption that writes or removes a file that is not the item's own."""
    paths = [*adoption.adopted.pages, *adoption.adopted.removed]
    outside = next((path for path in paths if not path.startswith(adoption.folder) or ".." in path.split("/")), "")
    return f"writes {outside}, which is no file of the item" if outside else ""


def is_valid(adoption: Adoption) -> str:
    """Refuse a result that strict validation finds fault with."""
    found = [issue for issue in adoption.issues if issue.level != "INFO"]
    return f"validation would find {found[0].rule}: {found[0].message}" if found else ""


def words_kept(adoption: Adoption) -> str:
    """Refuse a document that lacks a word, number, sign or negation of the one that it takes the place of."""
    for before, after in adoption.pairs:
        lost = Counter(words(before)) - Counter(words(after))
        missing = sorted(word for word in lost if word not in HEADINGS_THAT_GO)
        if missing:
            return f"loses {', '.join(f'“{word}”' for word in missing[:5])}"
    return ""


def fences_kept(adoption: Adoption) -> str:
    """Refuse a document in which a fence of the source is not as it was, unless its lines are steps of a scenario."""
    for before, after in adoption.pairs:
        there = set(_fences(after))
        for fence in _fences(before):
            if fence not in there and not any(step_word(line) for line in fence.split("\n")):
                return f"changes the fenced block that starts with “{fence.strip()[:60]}”"
    return ""


def _fences(text: str) -> Iterator[str]:
    document = split(text)
    block: list[str] = []
    for index, line in enumerate(document.lines):
        if document.masked(index):
            block.append(line.strip())
        elif block:
            yield "\n".join(block)
            block = []
    if block:
        yield "\n".join(block)


def words_sourced(adoption: Adoption) -> str:
    """Refuse a line with a word that neither its source lines nor the templates have."""
    named = set(words(adoption.adopted.id))
    for line in adoption.each_line():
        new = Counter(words(line.text)) - Counter(words(adoption.said_at(line)))
        unknown = sorted(word for word in new if not (word in TEMPLATE_WORDS or _is_name(line, word, named)))
        if unknown:
            return f"adds “{unknown[0]}” in “{line.text.strip()[:60]}”"
    return ""


def _is_name(line: Line, word: str, named: set[str]) -> bool:
    # A Purpose of names, and the name of an item without a title: both are words of the tree.
    return word in named and line.role in ("kept", "statement", "heading")


def steps_cut(adoption: Adoption) -> str:
    """Refuse a step that is not cut from its source line as one stretch, to the letter."""
    for line in adoption.each_line():
        if line.role == "step" and content(line.text) not in content(adoption.said_at(line)):
            return f"the step “{line.text.strip()[:60]}” does not stand in its source as it is"
    return ""


def relations_sourced(adoption: Adoption) -> str:
    """Refuse a scenario whose WHEN and THEN come from different lines that do not name themselves as its steps.

    A line without a keyword goes on with the step above it where it stands right below that in the source.
    """
    for scenario in adoption.adopted.scenarios:
        places = set(_steps_at(scenario))
        if len(places) > 1 and not all(step.labelled for step in scenario.steps):
            return f"the scenario “{scenario.title[:60]}” joins lines that nothing joins"
        if len({place.path for place in places}) > 1:
            return f"the scenario “{scenario.title[:60]}” joins two documents"
    return ""


def _steps_at(scenario: Scenario) -> Iterator[Place]:
    last: Place | None = None
    for step in scenario.steps:
        goes_on = not step.keyword and last is not None and step.source == (last.path, last.line + 1)
        last = step.source
        if not goes_on:
            yield last


def scenarios_counted(adoption: Adoption) -> str:
    """Refuse a document in which scenarios of the source are gone, or two of them are run into one."""
    for before, page in adoption.heirs:
        # Those that were made of one line each come on top of those that the source has as steps.
        own = sum(line.role == "step" and not line.labels and step_word(line.text) == "THEN" for line in page.lines)
        had, has = scenario_runs(before), scenario_runs(page.text) - own
        if has < had:
            return f"the source has {had} scenarios, the result {has}"
    return ""


def scenarios_say_something(adoption: Adoption) -> str:
    """Refuse a scenario whose steps only repeat the name and statement of its requirement, unless its author wrote it.

    The author wrote it where each of its steps stands in a line of the source that opens with a step's keyword.
    """
    for told in hollow(list(adoption.adopted.pages.values())):
        steps = [line for line in told.lines if step_word(line.text)]
        if not steps or not all(step_word(adoption.said_at(line)) for line in steps):
            return f"the scenario “{told.title[:60]}” says nothing that its requirement does not say"
    return ""


_HIDING = (
    ("an HTML comment", re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)),
    ("raw HTML", re.compile(r"</?[A-Za-z][^>\n]*>")),
    ("a link", re.compile(r"\]\([^)\n]*\)")),
    ("an invisible character", re.compile(r"[\u00ad\u200b-\u200c\u200e-\u200f\u202a-\u202e\u2060-\u2069]")),
)


def nothing_hidden(adoption: Adoption) -> str:
    """Refuse a result with a comment, markup, link or hidden mark that no source has, or without a comment of it."""
    sources = "\n".join(adoption.sources.values())
    for noun, pattern in _HIDING:
        if set(pattern.findall(adoption.after)) - set(pattern.findall(sources)):
            return f"brings in {noun}"
    _, comment = _HIDING[0]
    changed = any(
        Counter(comment.findall(before)) != Counter(comment.findall(after)) for before, after in adoption.pairs
    )
    return "changes a comment" if changed else ""


def states_kept(adoption: Adoption) -> str:
    """Refuse a result that ticks or unticks a task of the source."""
    for before, after in adoption.pairs:
        lost = _ticked(before) - _ticked(after)
        if lost:
            return f"unticks “{min(lost)[:60]}”"
        if _ticked(after) - _ticked(before) and _BOX.search(before):
            return "ticks a task"
    return ""


_BOX = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[[xX]\]\s+(.*)$", re.MULTILINE)


def _ticked(text: str) -> set[str]:
    return {visible(found).strip() for found in _BOX.findall(text)}


Check = Callable[[Adoption], str]
CHECKS: tuple[tuple[str, Check], ...] = (
    ("in-its-folder", in_its_folder),
    ("words-kept", words_kept),
    ("fences-kept", fences_kept),
    ("states-kept", states_kept),
    ("nothing-hidden", nothing_hidden),
    ("words-sourced", words_sourced),
    ("steps-cut", steps_cut),
    ("relations-sourced", relations_sourced),
    ("scenarios-counted", scenarios_counted),
    ("scenarios-say-something", scenarios_say_something),
    ("valid", is_valid),
)


@dataclass(frozen=True, slots=True)
class AdoptVerdict:
    """What the gate says: the checks that were passed, and the one that refused with its reason, if any."""

    passed: tuple[str, ...]
    refused_by: str = ""
    reason: str = ""


def judge_adoption(adoption: Adoption) -> AdoptVerdict:
    """Put an adoption through the checks, in order, up to the first that refuses."""
    passed: list[str] = []
    for name, check in CHECKS:
        if reason := check(adoption):
            return AdoptVerdict(tuple(passed), name, reason)
        passed.append(name)
    return AdoptVerdict(tuple(passed))
