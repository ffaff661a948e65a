"""What rules kept changes nothing that they find: not after edits, nor under other words, settings or waivers."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.openspec import read_tree
from geoflow.quality.changed import Changed, changed_paths
from geoflow.quality.finding import Finding
from geoflow.quality.kept import Kept, entries
from geoflow.quality.project_lexicon import ProjectLexicon, Term, Word
from geoflow.settings import Allowed
from geoflow.workflow.rule_findings import Rules, find_by_rule

BODIES = (
    "The tool SHALL answer.",
    "The tool SHALL answer quickly and gracefully, where feasible.",
    "It SHALL log every request with its own QXZ.",
    "A file with that other QXZ SHALL be written, etc.",
    "The report SHALL be stored. It SHALL be sent.",
    "The store SHALL keep entries/records for 30 days.",
    "The store SHALL keep a session for 30 days and delete it afterwards.",
    "The store SHALL NOT keep a session for 30 days and delete it afterwards.",
    "The gateway SHALL reject an expired token before any request is forwarded to the upstream.",
    "The gateway SHALL accept an expired token before any request is forwarded to the upstream.",
    "The tool SHALL follow Section 7 and the `Retention Rules` requirement.",
    "The tool SHALL obey the limits of the Retention Handbook.\n\nAs described in the table above, it may fail.",
    "The tool should answer and/or fail. <!-- geoflow: allow GF206 the contract says so -->",
    "The tool SHALL show the client a widget.\n<!-- one\ntwo --> The tool SHALL be fast.",
    "The user SHALL `be` able to see “quickly” what TBD means.",
    "",
)
STEPS = (
    "- **WHEN** it starts\n- **THEN** it answers",
    "- **WHEN** it starts\n- **THEN** it does not answer",
    "- **WHEN** a token of the gateway has expired\n- **THEN** the gateway answers with 401 in 5 seconds, and so on",
    "- WHEN it starts",
)
ENDS = ("\n", "\r\n", "\r")
NAMES = (*(f"Rule {number}" for number in range(6)), "Retention Rules")

requirements = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(BODIES), st.sampled_from(STEPS)), min_size=1, max_size=5
)
FILLER = [
    ("Filler " + str(number), f"The part {number} SHALL do its own thing, number {number}.", STEPS[0])
    for number in range(20)
]
PATHS = (
    "openspec/specs/gateway/spec.md",
    "openspec/specs/store/spec.md",
    "openspec/changes/one/specs/gateway/spec.md",
    "openspec/changes/two/specs/store/spec.md",
)
edits = st.lists(st.tuples(st.sampled_from(PATHS), requirements, st.sampled_from(ENDS)), min_size=1, max_size=4)


def document(path: str, stated: list[tuple[str, str, str]], end: str = "\n") -> str:
    """Write a spec, or a delta whose first requirement is modified and whose others are added."""
    blocks = [f"### Requirement: {name}\n{body}\n\n#### Scenario: One\n{steps}\n" for name, body, steps in stated]
    if "/changes/" in path:
        text = "## MODIFIED Requirements\n\n" + blocks[0] + "\n## ADDED Requirements\n\n" + "\n".join(blocks[1:])
    else:
        text = "# Spec\n\n## Purpose\nSays what the parts owe to each other.\n\n## Requirements\n\n" + "\n".join(blocks)
    return text.replace("\n", end)


def start() -> dict[str, str]:
    files = {path: document(path, [(NAMES[0], BODIES[number], STEPS[0])]) for number, path in enumerate(PATHS)}
    files["openspec/specs/filler/spec.md"] = document("openspec/specs/filler/spec.md", FILLER)
    files["openspec/changes/one/proposal.md"] = "## Why\nThe widget and the QXZ.\n"
    files["openspec/changes/one/tasks.md"] = "- [x] 1.1 Do the requirement “Rule 9” at last\n"
    return files


def found(files: Mapping[str, str], rules: Rules, before: Mapping[str, str] | None = None) -> list[Finding]:
    tree = read_tree(files)
    if before is None:
        return find_by_rule(rules, tree, files, None).findings
    paths = changed_paths(files, before)
    changed = Changed(tree, files, read_tree({path: before[path] for path in paths if path in before}), before)
    return find_by_rule(rules, tree, files, paths, changed=changed).findings


def again(kept: Kept, text: str) -> str:
    """Give what the next run reads."""
    return kept.text() or text


@settings(max_examples=60, deadline=None)
@given(edits)
def test_after_any_edits_kept_findings_are_those_that_are_found_anew(
    made: list[tuple[str, list[tuple[str, str, str]], str]],
) -> None:
    files, text = start(), ""
    for path, stated, end in [("openspec/none.md", [], "\n"), *made]:
        before = dict(files)
        if stated:
            files[path] = document(path, stated, end)
        for earlier in (None, before):
            kept = Kept(text)
            assert found(files, Rules(kept=kept), earlier) == found(files, Rules(), earlier)
            text = again(kept, text)
    # Back to where it began, with what is known of all that was between.
    assert found(start(), Rules(kept=Kept(text))) == found(start(), Rules())


@settings(max_examples=25, deadline=None)
@given(edits, st.permutations(range(5)))
def test_other_words_settings_and_waivers_are_seen_at_once(
    made: list[tuple[str, list[tuple[str, str, str]], str]], order: list[int]
) -> None:
    lexicon = ProjectLexicon(
        (Word("widget", "it says nothing"),), (Word("quickly", "a term"),), (Term("user", ("client",)),)
    )
    ways = [
        Rules(),
        Rules(lexicon=lexicon),
        Rules(lexicon=ProjectLexicon(terms=(Term("customer", ("client",)),))),
        Rules(off=frozenset({"GF201", "GF209", "GF312"})),
        Rules(allowed=(Allowed(code="GF201", item="gateway", reason="the contract says so"),)),
    ]
    files, text = start(), ""
    for path, stated, end in made:
        files[path] = document(path, stated, end)
    for number in order:
        rules, kept = ways[number], Kept(text)
        with_kept = Rules(rules.off, rules.allowed, rules.lexicon, kept=kept)
        assert found(files, with_kept) == found(files, rules)
        text = again(kept, text)


def test_what_stands_as_it_stood_is_not_looked_at_again() -> None:
    files, kept = start(), Kept()
    found(files, Rules(kept=kept))
    text = kept.text()
    assert text

    second = Kept(text)
    found(files, Rules(kept=second))
    assert second.text() == "", "nothing was worked out"

    files[PATHS[0]] = document(PATHS[0], [("Rule 5", BODIES[1], STEPS[0])])
    third = Kept(text)
    found(files, Rules(kept=third))
    lines, before = set(third.text().split("\n")), set(text.split("\n"))
    assert 0 < len(lines - before) < len(before) / 2


def test_an_acronym_that_comes_to_stand_elsewhere_is_no_longer_lone() -> None:
    files, kept = start(), Kept()
    files |= {path: document(path, [("Rule 0", BODIES[0], STEPS[0])]) for path in PATHS}
    files[PATHS[0]] = document(PATHS[0], [("Rule 1", BODIES[2], STEPS[0])])

    def lone() -> bool:
        return any(one.code == "GF217" and one.quote == "QXZ" for one in found(files, Rules(kept=kept)))

    assert lone()
    files[PATHS[1]] = document(PATHS[1], [("Rule 2", BODIES[3], STEPS[0])])
    assert not lone()


def test_what_is_out_of_use_does_not_pile_up() -> None:
    text, sizes = "", []
    for number in range(12):
        files, kept = start(), Kept(text)
        files[PATHS[0]] = document(PATHS[0], [(f"Rule {number}", f"The tool SHALL send {number} letters.", STEPS[0])])
        found(files, Rules(kept=kept))
        text = again(kept, text)
        sizes.append(len(text.split("\n")))
    assert max(sizes) <= 2 * sizes[0]


def test_who_looks_again_and_again_holds_no_more_than_twice_what_is_used() -> None:
    files, kept, sizes = start(), Kept(), []
    for number in range(12):
        files[PATHS[0]] = document(PATHS[0], [(f"Rule {number}", f"The tool SHALL send {number} letters.", STEPS[0])])
        assert found(files, Rules(kept=kept)) == found(files, Rules())
        kept.settle()
        sizes.append(len(entries(kept.news())))
    assert max(sizes) <= 2 * sizes[0]


def test_what_was_found_out_since_is_told_apart_and_adds_up() -> None:
    files, kept = start(), Kept()
    found(files, Rules(kept=kept))
    text = kept.text()
    kept.begin_anew()
    assert not kept.has_news

    files[PATHS[0]] = document(PATHS[0], [("Rule 5", BODIES[1], STEPS[0])])
    found(files, Rules(kept=kept))
    news = kept.news()
    assert 0 < len(entries(news)) < len(entries(text)) / 2
    again = Kept(text, news)
    assert found(files, Rules(kept=again)) == found(files, Rules())
    assert not again.has_news
