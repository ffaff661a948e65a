"""What lies between documents: each rule where it speaks, where it is silent, and the exact place that it names."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from geoflow.openspec import Refusal, merge, read_tree, validate
from geoflow.openspec.disk import load
from geoflow.quality import structure, wording
from geoflow.quality.between import find_between
from geoflow.quality.capabilities import named_capabilities
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_all
from geoflow.quality.rules import RULES, switched_off
from tests.openspec.deltas import block, delta, tree
from tests.openspec.test_corpus import ARCHIVES, unpack

MAIN = {"auth": [block("Login"), block("Logout")]}


def find(files: Mapping[str, str]) -> list[Finding]:
    """Find, and check that each quote is the exact source of its place."""
    found = find_between(read_tree(files), files)
    for finding in found:
        text = files[finding.path]
        assert text[finding.start : finding.end] == finding.quote
        assert text.count("\n", 0, finding.start) + 1 == finding.line
    return found


def in_auth(text: str, **others: str) -> list[Finding]:
    return find(tree(MAIN, {"one": {"auth": text}, **{name: {"auth": other} for name, other in others.items()}}))


def told(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.severity, finding.requirement) for finding in found]


@pytest.mark.parametrize(
    ("text", "severity", "fix"),
    [
        (delta(modified=[block("Reset", "second")]), "error", "write it under ADDED, or drop it"),
        (delta(modified=[block("login", "second")]), "error", "is it “Login”? write the name as the main spec has it"),
        (
            delta(modified=[block("Log  out", "second")]),
            "error",
            "is it “Logout”? write the name as the main spec has it",
        ),
        (delta(removed=["Reset"]), "warning", "drop it where it is gone already"),
        (delta(removed=["Logins"]), "warning", "is it “Login”? write the name as the main spec has it"),
        (delta(renamed=[("Reset", "Clear")]), "error", "write it under ADDED, or drop it"),
    ],
)
def test_what_is_not_in_the_main_spec_is_found_with_the_nearest_name(text: str, severity: str, fix: str) -> None:
    (found,) = in_auth(text)
    assert (found.code, found.severity, found.fix) == ("GF301", severity, fix)


def test_the_place_is_the_line_that_names_the_requirement_whatever_the_line_endings() -> None:
    text = delta(added=[block("New")], removed=["Reset"], renamed=[("Old", "Older")]).replace("\n", "\r\n")
    assert [(found.quote, found.line) for found in in_auth(text)] == [
        ("- FROM: `### Requirement: Old`", 13),
        ("### Requirement: Reset", 10),
    ]


def test_a_misspelt_capability_is_offered_the_nearest_one() -> None:
    (found,) = find(tree({"user-auth": [block("Login")]}, {"one": {"user-aut": delta(modified=[block("Login")])}}))
    assert found.message == "“Login” is to be modified, but there is no main spec user-aut"
    assert found.fix == "is it user-auth? otherwise write it under ADDED"


@pytest.mark.parametrize("other", [delta(added=[block("Reset")]), delta(renamed=[("Login", "Reset")])])
def test_what_another_active_change_makes_is_only_said(other: str) -> None:
    (found,) = in_auth(delta(modified=[block("Reset", "second")]), other=other)
    assert (found.code, found.severity, found.fix) == ("GF301", "info", "archive other first")


@pytest.mark.parametrize(
    "text",
    [
        delta(modified=[block("Login", "second")], removed=["Logout"]),
        delta(renamed=[("Login", "Sign in")], modified=[block("Sign in", "second")]),
        delta(renamed=[("Login", "LOGIN")]),
        delta(added=[block("Reset")]),
    ],
)
def test_what_fits_is_not_found(text: str) -> None:
    assert in_auth(text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (delta(added=[block("Login", "second")]), "“Login” is in the main spec auth already, with another text"),
        (
            delta(added=[block("login")]),
            "“login” differs from “Login” in the main spec auth only in case or spacing",
        ),
        (delta(renamed=[("Login", "Logout")]), "“Logout” is in the main spec auth already, with another text"),
    ],
)
def test_what_is_added_and_there_already_is_an_error(text: str, message: str) -> None:
    (found,) = in_auth(text)
    assert (found.code, found.severity, found.message) == ("GF302", "error", message)


def test_what_another_active_change_removes_may_be_added_after_it() -> None:
    found = in_auth(delta(added=[block("Login", "second")]), other=delta(removed=["Login"]))
    assert [(one.code, one.severity, one.fix) for one in found] == [
        ("GF302", "info", "archive other first, which makes room for it")
    ]


def test_a_delta_that_the_main_spec_says_already_is_said_once() -> None:
    text = delta(added=[block("Login")], modified=[block("Logout")], removed=["Gone"], renamed=[("Old", "Login")])
    (found,) = (one for one in in_auth(text) if one.code == "GF302")
    assert found.severity == "info"
    assert found.message == "the main spec auth says already all that this delta asks for"


def test_a_delta_that_the_main_spec_says_in_part_is_said_once_with_the_number_of_places() -> None:
    (found,) = in_auth(delta(added=[block("Login"), block("Logout"), block("New")]))
    assert (found.severity, found.requirement) == ("info", "Login")
    assert found.message.endswith("what this delta asks for here and in 1 more place")


def test_both_sides_of_a_conflict_are_told_of_the_other() -> None:
    found = in_auth(delta(modified=[block("Login", "second")]), two=delta(modified=[block("Login", "third")]))
    assert [(one.code, one.severity, one.path.split("/")[2], one.message) for one in found] == [
        ("GF303", "warning", "one", "“Login”: two modifies it too: the second replaces what the first writes"),
        ("GF303", "warning", "two", "“Login”: one modifies it too: the second replaces what the first writes"),
    ]


def test_many_sides_are_counted_and_not_all_named() -> None:
    more = {name: delta(modified=[block("Login", name)]) for name in ("a", "b", "c", "d", "e")}
    found = in_auth(delta(modified=[block("Login", "second")]), **more)
    assert found[-1].message.startswith("“Login”: a, b, c and 2 more modify it too: ")


def test_a_conflict_that_an_order_solves_is_said_with_that_order() -> None:
    found = in_auth(delta(renamed=[("Login", "In")]), two=delta(modified=[block("Login", "second")]))
    assert {(one.code, one.severity, one.fix) for one in found} == {("GF303", "info", "archive two first")}


def proposal(*lines: str) -> str:
    return "\n".join(("# Proposal", "", "## Capabilities", "", *lines, "", "## Impact", "- `nothing`: here", ""))


def with_proposal(text: str, *deltas: str) -> list[Finding]:
    files = tree(MAIN, {"one": {name: delta(added=[block("New")]) for name in deltas}})
    return find(files | {"openspec/changes/one/proposal.md": text})


def test_a_capability_of_the_proposal_without_a_delta_is_found_at_its_name() -> None:
    text = proposal("### New Capabilities", "- `reset`: for those who `forget`", "- **logs**: what happened")
    found = with_proposal(text, "logs")
    assert [(one.code, one.severity, one.quote, one.line) for one in found] == [("GF305", "warning", "reset", 6)]


def test_a_change_without_any_delta_and_a_proposal_without_a_list_promise_nothing() -> None:
    assert with_proposal(proposal("### New Capabilities", "- `reset`: x")) == []
    assert with_proposal("# Proposal\n\n## Capabilities\n\nNone.\n", "logs") == []
    assert with_proposal(proposal("### New Capabilities", "None."), "logs") == []


def test_a_delta_that_the_list_does_not_name_is_found_in_the_delta() -> None:
    found = with_proposal(proposal("### New Capabilities", "- `reset`: x"), "reset", "logs")
    assert [(one.code, one.path) for one in found] == [("GF306", "openspec/changes/one/specs/logs/spec.md")]


def test_new_and_modified_are_held_against_the_main_specs() -> None:
    text = proposal("### New Capabilities", "- `auth`: x", "### Modified Capabilities", "- `logs`: y", "- `aut`: z")
    found = with_proposal(text, "auth", "logs", "aut")
    assert [(one.quote, one.severity, one.fix) for one in found if one.code == "GF307"] == [
        ("auth", "info", "list it as modified"),
        ("logs", "warning", "list it as new"),
        ("aut", "warning", "is it auth?"),
    ]


def test_a_capability_that_another_change_creates_may_be_listed_as_modified() -> None:
    changes = {"one": {"logs": delta(added=[block("New")])}, "two": {"logs": delta(added=[block("Other")])}}
    text = proposal("### Modified Capabilities", "- `logs`: y")
    assert find(tree(MAIN, changes) | {"openspec/changes/one/proposal.md": text}) == []


def test_only_what_an_item_starts_with_is_a_name() -> None:
    text = """## Capabilities
### New Capabilities
<!-- - `example`: of the template -->
- `a`, **b** and `c/d`: with `e`
- **`f`** - text
  - `g`: below another item
- None, see `h`
- `not a name`
```
- `i`
```
### Possible Follow-up Capabilities
- `j`
### Modified Capabilities
* `k`
## Other
### New Capabilities
- `l`
"""
    named = named_capabilities(text)
    assert [(one.name, one.kind) for one in named] == [
        *((name, "new") for name in ("a", "b", "c/d", "f")),
        ("k", "modified"),
    ]
    assert all(text[one.start : one.end] == one.name for one in named)


def with_tasks(tasks: str | None, text: str) -> list[Finding]:
    files = tree(MAIN, {"one": {"auth": text}})
    files.pop("openspec/changes/one/tasks.md")
    return find(files | ({} if tasks is None else {"openspec/changes/one/tasks.md": tasks}))


def test_tasks_that_are_all_done_ask_for_the_archive_at_the_last_of_them() -> None:
    (found,) = with_tasks("# Tasks\n\n- [x] 1.1 One\n- [x] 1.2 Two\n", delta(added=[block("New")]))
    assert (found.code, found.severity, found.quote, found.line) == ("GF308", "info", "- [x] 1.2 Two", 4)
    assert found.fix == "geoflow archive one"


@pytest.mark.parametrize("tasks", [None, "", "Nothing yet.\n"])
def test_a_change_without_a_task_is_found(tasks: str | None) -> None:
    (found,) = with_tasks(tasks, delta(added=[block("New")]))
    assert (found.code, found.message) == ("GF309", "the change has no task")


def test_open_tasks_are_nothing_to_speak_of_until_the_specs_say_it_all() -> None:
    assert with_tasks("- [ ] 1.1 One\n", delta(added=[block("New")])) == []
    assert with_tasks("- [x] 1.1 One\n- [ ] 1.2 Two\n", delta(modified=[block("Login", "second")])) == []
    found = with_tasks("- [ ] 1.1 One\n", delta(added=[block("Login")]))
    assert [one.code for one in found] == ["GF302", "GF309"]


def test_of_two_that_say_a_merge_would_fail_the_vaguer_is_dropped_unless_the_other_is_off() -> None:
    files = tree({"auth": [block("Login")]}, {"one": {"auth": delta(modified=[block("Reset", "second")])}})
    codes = {
        off: [one.code for one in find_all(read_tree(files), validate(files), files, off=off)]
        for off in ((), ("GF301",))
    }
    assert codes == {(): ["GF301"], ("GF301",): ["OS-C1"]}


WORDED = ("wording", "clauses", "pronouns", "twins", "figures", "pointers", "acronyms")


def test_the_table_of_rules_holds_every_code_that_is_used() -> None:
    used = {smell.code for smell in wording.SMELLS} | set(structure._FORMS)
    between = (
        "between",
        "unmatched",
        "capabilities",
        "moved",
        "copies",
        "contrary",
        "references",
        "weakened",
        "turned",
    )
    for name in (*between, "scenarios", "waivers", "project_lexicon", "roles", "since", "nested", *WORDED):
        source = (Path(wording.__file__).parent / f"{name}.py").read_text("utf-8")
        used |= set(re.findall(r'"(GF\d{3})"', source))
    assert used | {"GF401"} == set(RULES)


def test_codes_are_known_in_any_case() -> None:
    assert switched_off(["gf301 ", "GF303"]) == (frozenset({"GF301", "GF303"}), ())


@pytest.mark.corpus
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name)
def test_on_real_trees_every_quote_is_exact_and_every_error_is_refused_by_an_archive(
    archive: Path, tmp_path: Path
) -> None:
    files = dict(load(str(unpack(archive, tmp_path)), archive=False))
    for finding in find(files):
        if finding.severity == "error":
            change, capability = finding.path.split("/")[2], "/".join(finding.path.split("/")[4:-1])
            main = files.get(f"openspec/specs/{capability}/spec.md")
            assert isinstance(merge(files[finding.path], main, capability=capability, change=change), Refusal)
