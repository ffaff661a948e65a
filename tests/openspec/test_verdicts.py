import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec.items import Item
from geoflow.openspec.layout import layout
from geoflow.openspec.model import Issue, Span
from geoflow.openspec.verdict_keys import VerdictKeys
from geoflow.openspec.verdicts import Verdicts

NUMBERS = st.integers(0, 10**9)
TEXTS = st.one_of(st.text(), st.text(st.sampled_from("\\\t\nnt+= \r\x85\u2028\udc80\ud800")))
ISSUES = st.builds(
    Issue,
    st.sampled_from(["ERROR", "WARNING", "INFO"]),
    *[TEXTS] * 6,
    st.builds(Span, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
)
KEPT = st.dictionaries(st.text("0123456789abcdef", min_size=1), st.lists(ISSUES, max_size=4).map(tuple), max_size=6)


def kept(verdicts: dict[str, tuple[Issue, ...]]) -> Verdicts:
    made = Verdicts()
    for key, issues in verdicts.items():
        made.keep(key, issues)
    return made


@given(KEPT)
def test_what_is_kept_is_found_again_as_it_was(verdicts: dict[str, tuple[Issue, ...]]) -> None:
    written = kept(verdicts).text(items=len(verdicts), whole=True)

    again = Verdicts(written)

    assert {key: again.find(key) for key in verdicts} == verdicts
    assert again.text(items=len(verdicts), whole=True) == ""


@given(KEPT.filter(bool), st.data())
def test_a_text_that_was_cut_gives_no_wrong_verdict(
    verdicts: dict[str, tuple[Issue, ...]], data: st.DataObject
) -> None:
    written = kept(verdicts).text(items=len(verdicts), whole=True).removesuffix("=\n")
    lines = written.splitlines(keepends=True)

    cut = Verdicts("".join(lines[: data.draw(st.integers(0, len(lines)))]))

    for key, issues in verdicts.items():
        assert cut.find(key) in (None, issues)


@given(st.text(st.sampled_from("+= \t\n\\a1ERO")))
def test_any_text_can_be_read(text: str) -> None:
    verdicts = Verdicts(text)

    for key in ("", "a", "1", "aa"):
        found = verdicts.find(key)
        assert found is None or all(isinstance(issue, Issue) for issue in found)


@pytest.mark.parametrize(
    "line", ["FATAL\tr\tp\tm\tf\td\tq\t1\t1\t1\t1", "ERROR\tr\tp\tm\tf\td\tq\t1\t1\t1", "ERROR", ""]
)
def test_what_is_no_issue_makes_no_verdict(line: str) -> None:
    assert Verdicts(f"+k 1\n{line}\n").find("k") is None


def test_of_verdicts_out_of_use_no_more_are_kept_than_there_are_items() -> None:
    text = ""
    for tree in ("ab", "cd", "ef"):
        verdicts = Verdicts(text)
        for name in tree:
            verdicts.keep(name, ())
        text = verdicts.text(items=2, whole=True)

    assert [Verdicts(text).find(name) for name in "abcdef"] == [None, None, (), (), (), ()]


def test_runs_on_single_items_keep_the_rest_and_do_not_pile_up() -> None:
    text = kept({"a": (), "b": (), "c": ()}).text(items=3, whole=True)
    one = Verdicts(text)
    one.keep("d", ())
    assert Verdicts(one.text(items=3, whole=False)).find("a") == ()

    for number in range(50):
        verdicts = Verdicts(text)
        verdicts.keep(f"k{number}", ())
        text = verdicts.text(items=3, whole=False)

    assert text.count("+") <= 6
    assert Verdicts(text).find("k49") == ()


TREE = {
    "openspec/config.yaml": "schema: spec-driven\n",
    "openspec/specs/a/spec.md": "a",
    "openspec/specs/b/spec.md": "b",
    "openspec/changes/c/proposal.md": "why",
    "openspec/changes/c/tasks.md": "- [ ] 1.1 x",
    "openspec/changes/c/.openspec.yaml": "schema: spec-driven\n",
    "openspec/changes/c/specs/a/spec.md": "delta",
    "openspec/changes/c/specs/new/spec.md": "delta",
}
SPEC, CHANGE = Item("spec", "a"), Item("change", "c")


def key(item: Item, files: dict[str, str], world: bytes = b"1") -> str:
    return VerdictKeys(layout(files), files, lambda path: files[path].encode(), world).of(item)


@pytest.mark.parametrize(
    ("item", "files"),
    [
        (SPEC, {"openspec/specs/a/spec.md": "A"}),
        (CHANGE, {"openspec/specs/a/spec.md": "A"}),
        (CHANGE, {"openspec/specs/new/spec.md": ""}),
        (CHANGE, {"openspec/specs/new/spec.md/": ""}),
        (CHANGE, {"openspec/changes/c/tasks.md": ""}),
        (CHANGE, {"openspec/changes/c/.openspec.yaml": ""}),
        (CHANGE, {"openspec/changes/c/specs/a/spec.md": ""}),
        (CHANGE, {"openspec/changes/c/specs/note.md": ""}),
        (CHANGE, {"openspec/changes/c/design.md": ""}),
        (CHANGE, {"openspec/changes/c/d/e.txt": ""}),
        (CHANGE, {"openspec/config.yaml": ""}),
        (CHANGE, {"openspec/config.yml": ""}),
        (CHANGE, {"openspec/schemas/own/schema.yaml": ""}),
        (CHANGE, {"~/openspec/schemas/own/schema.yaml": ""}),
    ],
)
def test_whatever_counts_for_an_item_changes_its_key(item: Item, files: dict[str, str]) -> None:
    assert key(item, TREE | files) != key(item, TREE)


@pytest.mark.parametrize(
    ("item", "files"),
    [
        (SPEC, {"openspec/specs/b/spec.md": "B"}),
        (SPEC, {"openspec/changes/c/tasks.md": "B"}),
        (CHANGE, {"openspec/specs/b/spec.md": "B"}),
        (CHANGE, {"openspec/changes/c/proposal.md": "because"}),
        (CHANGE, {"openspec/changes/d/tasks.md": ""}),
    ],
)
def test_what_does_not_count_leaves_the_key(item: Item, files: dict[str, str]) -> None:
    assert key(item, TREE | files) == key(item, TREE)


def test_a_schema_of_its_own_may_track_a_proposal() -> None:
    own = TREE | {"openspec/schemas/own/schema.yaml": "x"}

    assert key(CHANGE, own | {"openspec/changes/c/proposal.md": "because"}) != key(CHANGE, own)


def test_other_rules_and_other_names_are_other_keys() -> None:
    moved = {path.replace("/changes/c/", "/changes/e/"): text for path, text in TREE.items()}

    assert key(SPEC, TREE, b"2") != key(SPEC, TREE)
    assert key(Item("change", "e"), moved) != key(CHANGE, TREE)
    assert key(Item("spec", "b"), TREE | {"openspec/specs/b/spec.md": "a"}) != key(SPEC, TREE)
