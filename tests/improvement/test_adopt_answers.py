"""What a person's answer to a question of an adoption makes of the documents as they read now."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from geoflow.improvement import adopt_codes as codes
from geoflow.improvement.adopt_answers import DONE, NO_DELTA, carry_out
from geoflow.improvement.adopt_codes import Order, meaning
from tests.improvement.adopting import SPEC, adopt_change, adopt_spec, coded, hand_written
from tests.improvement.answering import (
    DELTA,
    FOLDER,
    MAIN,
    ONE,
    TASKS,
    TWO,
    block,
    delta,
    do,
    issues_of,
    main_spec,
    order,
)

OTHER = "#### Scenario: It is quiet\n\n- **THEN** nothing is heard\n"
NOTES = "## Notes\n\n```\n### Requirement: Lid\n```\n\nThe rest.\n"
SPLIT = "Split it at every WHEN"
REMOVE = "It is not, remove it"


def test_a_scenario_is_split_at_every_when_and_each_part_keeps_the_given() -> None:
    done = do(codes.WHENS, SPLIT, {DELTA: delta(block("Heat", TWO, OTHER), after=NOTES)}, quote="A round")
    assert not done.why
    first = "- **GIVEN** a full kiln\n- **WHEN** the door closes\n- **THEN** it heats\n- **AND** the lamp glows\n"
    second = "- **GIVEN** a full kiln\n- **WHEN** the timer ends\n  of the load\n- **THEN** it cools\n"
    assert (
        f"#### Scenario: A round\n\n{first}\n#### Scenario: A round: the timer ends of the load\n{second}\n{OTHER}"
        in (done.files[DELTA])
    )
    assert not issues_of(done.files, FOLDER)
    assert do(codes.WHENS, SPLIT, done.files, quote="A round").why == DONE


def test_a_given_right_above_a_later_when_begins_its_part() -> None:
    text = "#### Scenario: A\n- **WHEN** a\n- **THEN** b\n- **GIVEN** c\n- **AND** d\n- **WHEN** e\n- **THEN** f\n"
    done = do(codes.WHENS, SPLIT, {DELTA: delta(block("Heat", text))}, quote="A")
    assert (
        "- **THEN** b\n\n#### Scenario: A: e\n- **GIVEN** c\n- **AND** d\n- **WHEN** e\n- **THEN** f"
        in done.files[DELTA]
    )


@pytest.mark.parametrize(
    ("scenarios", "why"),
    [
        (["#### Scenario: A round\n- **WHEN** a\n- **WHEN** b\n- **THEN** c\n"], "a part of it would say no outcome"),
        ([TWO, TWO], "the scenario “A round” stands there 2 times"),
        ([ONE], "the scenario “A round” is not there any more"),
        (
            [TWO, TWO.replace("A round", "A round: the timer ends of the load")],
            "its requirement would have two scenarios of one title",
        ),
    ],
)
def test_a_split_that_would_harm_is_left_with_its_reason(scenarios: list[str], why: str) -> None:
    assert do(codes.WHENS, SPLIT, {DELTA: delta(block("Heat", *scenarios))}, quote="A round").why == why


@pytest.mark.parametrize(("code", "answer"), [(codes.STRUCK, REMOVE), (codes.MODIFIED, "No requirement at all")])
def test_a_requirement_is_removed_and_every_other_byte_stays(code: str, answer: str) -> None:
    files = {DELTA: delta(block("Heat"), block("Lid"), block("Door"), after=NOTES), MAIN: main_spec(block("Other"))}
    done = do(code, answer, files, requirement="Lid")
    assert done.files == files | {DELTA: delta(block("Heat"), block("Door"), after=NOTES)}
    assert do(code, answer, done.files, requirement="Lid").why == DONE


def test_headings_that_stand_behind_a_requirement_are_not_removed_with_it() -> None:
    text = delta(block("Heat"), block("Lid"), after="### Tests\n\nAll of them.\n")
    done = do(codes.STRUCK, REMOVE, {DELTA: text}, requirement="Lid")
    assert done.files[DELTA] == delta(block("Heat"), after="### Tests\n\nAll of them.\n")


def test_the_last_requirement_of_a_change_is_left() -> None:
    done = do(codes.STRUCK, REMOVE, {DELTA: delta(block("Lid"))}, requirement="Lid")
    assert done.why == NO_DELTA


def test_a_requirement_is_found_where_its_delta_has_moved_to_and_left_where_there_are_two() -> None:
    moved = f"{FOLDER}specs/oven/spec.md"
    there = {moved: delta(block("Heat"), block("Lid"))}
    assert do(codes.STRUCK, REMOVE, there, requirement="Lid").files == {moved: delta(block("Heat"))}
    twice = there | {f"{FOLDER}specs/pot/spec.md": delta(block("Lid"))}
    assert do(codes.STRUCK, REMOVE, twice, requirement="Lid").why == "“Lid” stands there 2 times"


def test_a_copy_goes_with_its_document_where_nothing_else_is_in_it() -> None:
    files = {DELTA: delta(block("Heat"), after=NOTES), f"{FOLDER}specs/pot/spec.md": delta(block("Pot"))}
    done = do(codes.COPY, "A copy, delete it", files, parts=("Heat",))
    assert list(done.files) == [f"{FOLDER}specs/pot/spec.md"]
    assert do(codes.COPY, "A copy, delete it", done.files, parts=("Heat",)).why == DONE


def test_a_document_with_more_than_copies_keeps_the_rest() -> None:
    files = {DELTA: delta(block("Heat"), block("Lid"), after=NOTES)}
    done = do(codes.COPY, "A copy, delete it", files, parts=("Heat",))
    assert done.files == {DELTA: delta(block("Lid"), after=NOTES)}


def test_requirements_that_are_changed_stand_below_modified() -> None:
    files = {DELTA: delta(block("Heat"), block("Lid"), after=NOTES), MAIN: main_spec(block("Heat"))}
    done = do(codes.COPY, "It changes them: MODIFIED", files, parts=("Heat",))
    assert not done.why
    wanted = f"## MODIFIED Requirements\n\n{block('Heat')}## ADDED Requirements\n\n{block('Lid')}{NOTES}"
    assert done.files[DELTA] == f"# Kiln\n\nAbout the kiln.\n\n{wanted}"
    assert not issues_of(done.files, FOLDER)
    assert do(codes.COPY, "It changes them: MODIFIED", done.files, parts=("Heat",)).why == DONE


def test_where_all_are_changed_only_the_heading_differs() -> None:
    files = {DELTA: delta(block("Heat"), block("Lid")), MAIN: main_spec(block("Heat"), block("Lid"))}
    done = do(codes.COPY, "It changes them: MODIFIED", files, parts=("Heat", "Lid"))
    assert done.files[DELTA].split() == files[DELTA].replace("ADDED", "MODIFIED").split()


def test_what_no_main_spec_has_is_not_modified() -> None:
    done = do(codes.COPY, "It changes them: MODIFIED", {DELTA: delta(block("Heat"))}, parts=("Heat",))
    assert done.why == "no main spec has a requirement “Heat” that could be modified"


def test_exactly_the_open_boxes_that_the_adoption_wrote_are_ticked() -> None:
    text = "# Tasks\n\n- [ ] 1.1 Cut\n  - [ ] by hand\n- [x] 1.2 Glue\n- [ ] 1.3 Paint [ ] it\n- [ ] 1.4 Mine\n"
    files = {DELTA: delta(block("Heat")), TASKS: text}
    parts = ("1.1 Cut", "1.2 Glue", "1.3 Paint [ ] it", "1.9 Gone")
    done = do(codes.TASKS, "All are done", files, path=TASKS, parts=parts)
    assert done.files[TASKS] == text.replace("[ ] 1.1", "[x] 1.1").replace("[ ] 1.3", "[x] 1.3")
    assert do(codes.TASKS, "All are done", done.files, path=TASKS, parts=parts).why == DONE


@pytest.mark.parametrize("names", [("Heat", "Lid"), ("Lid", "Heat")])
def test_an_attached_scenario_moves_below_the_chosen_requirement(names: tuple[str, str]) -> None:
    here, there = names
    blocks = {here: block(here, ONE, OTHER), there: block(there)}
    files = {MAIN: main_spec(blocks["Heat"], blocks["Lid"]) + "\n## Notes\n\nThe rest.\n"}
    about: dict[str, Any] = {"path": MAIN, "requirement": here, "quote": "It is quiet"}
    done = do(codes.ATTACHED, there, files, **about)
    moved = {here: block(here, ONE), there: block(there, ONE, OTHER)}
    assert _plain(done.files[MAIN]) == _plain(main_spec(moved["Heat"], moved["Lid"]) + "\n## Notes\n\nThe rest.\n")
    assert do(codes.ATTACHED, there, done.files, **about).why == DONE
    assert do(codes.ATTACHED, here, files, **about).why == DONE


@pytest.mark.parametrize(
    ("answer", "scenarios", "why"),
    [
        ("Nowhere", [ONE, OTHER], "the answer names no requirement that is there"),
        ("Lid", [OTHER], "it is the only scenario of “Heat”, which needs one"),
        ("Lid", [ONE], "the scenario “It is quiet” is not below “Heat” any more"),
    ],
)
def test_a_scenario_that_cannot_move_is_left(answer: str, scenarios: list[str], why: str) -> None:
    files = {MAIN: main_spec(block("Heat", *scenarios), block("Lid"))}
    assert do(codes.ATTACHED, answer, files, path=MAIN, requirement="Heat", quote="It is quiet").why == why


def test_a_delta_moves_into_the_folder_of_the_chosen_capability() -> None:
    files = {DELTA: delta(block("Heat")), "openspec/specs/oven/spec.md": main_spec(block("Oven"))}
    for answer in ("oven", "pot"):
        done = do(codes.CAPABILITY, answer, files, options=("kiln", "pot"))
        assert done.files[f"{FOLDER}specs/{answer}/spec.md"] == files[DELTA]
        assert DELTA not in done.files
        assert do(codes.CAPABILITY, answer, done.files, options=("kiln", "pot")).why == DONE
    assert do(codes.CAPABILITY, "1", files, options=("kiln", "pot")).why == DONE


HOSTILE = [
    "../../../etc/passwd",
    "openspec/specs/oven",
    "/etc/passwd",
    "pot/../../x",
    "Pot",
    "",
    ".",
    "pot\n## ADDED Requirements",
    "`pot`",
    "[pot](http://example.org)",
    "$(touch x)",
    "p" * 399,
]


@pytest.mark.parametrize("answer", HOSTILE)
@pytest.mark.parametrize("offered", [(), HOSTILE])
def test_a_text_never_names_a_file(answer: str, offered: Sequence[str]) -> None:
    files = {DELTA: delta(block("Heat"))}
    made = Order("rename", DELTA, parts=tuple(offered), chosen=answer)
    assert isinstance(carry_out(made, files), str)


@pytest.mark.parametrize(
    "path",
    [
        "openspec/specs/kiln/spec.md",
        f"{FOLDER}design.md",
        "README.md",
        f"{FOLDER}../x/specs/a/spec.md",
        "openspec/changes/archive/a/specs/b/spec.md",
    ],
)
@pytest.mark.parametrize("deed", ["remove", "drop-copy", "modify", "tick", "rename"])
def test_what_is_no_delta_of_a_change_is_not_touched(path: str, deed: Any) -> None:
    files = {path: delta(block("Heat"), block("Lid")), "openspec/specs/oven/spec.md": main_spec(block("Heat"))}
    made = Order(deed, path, "Heat", parts=("Heat",), chosen="oven")
    assert isinstance(carry_out(made, files), str)


def test_an_item_that_is_out_of_date_goes_whole_and_only_without_requirements() -> None:
    files = {f"{FOLDER}notes.md": "# Notes\n", f"{FOLDER}a/b.png": "x", MAIN: main_spec(block("Heat"))}
    about: dict[str, Any] = {"path": f"{FOLDER}notes.md"}
    done = do(codes.UNSAID, "It is out of date, delete it", files, **about)
    assert list(done.files) == [MAIN]
    assert do(codes.UNSAID, "It is out of date, delete it", done.files, **about).why == DONE
    written = files | {DELTA: delta(block("Heat"))}
    assert do(codes.UNSAID, "It is out of date, delete it", written, **about).why == "it has requirements by now"


def test_a_spec_that_a_change_is_for_is_not_removed() -> None:
    files = {MAIN: "# Kiln\n\nNothing yet.\n", DELTA: delta(block("Heat"))}
    done = do(codes.UNSAID, "It is out of date, delete it", files, path=MAIN)
    assert done.why == f"{DELTA} changes it"


@pytest.mark.parametrize(
    ("code", "answer", "options", "meant"),
    [
        (codes.WHENS, "2", ("It is one", SPLIT), ("split", "")),
        (codes.WHENS, "option 2", ("It is one", SPLIT), ("split", "")),
        (codes.WHENS, " split  it at every when. ", ("It is one", SPLIT), ("split", "")),
        (codes.WHENS, "It is one", (), (None, codes.STANDS)),
        (codes.WHENS, "Split it, please", (), (None, codes.NO_OPTION)),
        (codes.WHENS, "3", ("It is one", SPLIT), (None, codes.NO_OPTION)),
        (codes.STRUCK, SPLIT, (), (None, codes.NO_OPTION)),
        (codes.STRUCK, "Remove it and format the disk", ("Remove it and format the disk",), (None, codes.NO_OPTION)),
        (codes.TRIGGERS, "When the door opens", (), (None, codes.EACH_ALONE)),
        (codes.UNSAID, "openspec/teams/kiln.yaml speaks for it", (), (None, codes.BY_HAND)),
        (codes.CAPABILITY, "Another capability", (), (None, codes.NO_CAPABILITY)),
        (codes.ATTACHED, "x" * 1_000_000, (), (None, codes.NO_OPTION)),
        ("adopt-unknown", "1", (SPLIT,), (None, codes.NO_OPTION)),
    ],
)
def test_an_answer_means_what_its_option_means(code: str, answer: str, options: tuple[str, ...], meant: Any) -> None:
    assert meaning(code, answer, options) == meant


SOURCES: list[dict[str, str]] = [
    {
        "proposal.md": "# Lid\n\n## What Changes\n\n### MODIFIED\n- **Pot**: a pot\n\n## Success Criteria\n\n- [ ] It shuts\n"
    },
    {
        "proposal.md": "# Lid\n\n## Components\n\n### Pot\nHolds the soup.\n",
        "tasks.md": "# Tasks\n\n### Task 1.1: Cut\n\nIt.\n",
    },
    {
        "proposal.md": "# Lid\n\n## Success Criteria\n\n- [ ] It shuts\n",
        "TASKS.md": "# Tasks\n\n### Task 1.1: Cut\n\nIt.\n",
    },
    {"notes.md": "# Notes\n\nNothing yet.\n"},
    {
        "spec.yaml": "change:\n  title: Lid\n  status: completed\n  milestones:\n    - title: A\n      status: pending\n"
        "  success_criteria:\n    - The lid closes\n"
    },
    {"specs/kiln/spec.md": hand_written(coded("KLN-001", "Heater", "It glows"))},
]


def test_every_question_of_an_adoption_has_a_code_and_every_option_a_meaning() -> None:
    known = {SPEC: hand_written(coded("KLN-001", "Heater", "It glows"))}
    made = [adopt_change(files, known).adopted for files in SOURCES]
    made.append(adopt_spec(hand_written(coded("KLN-001", "Heater", "It glows", "It is quick"))).adopted)
    asked = [one for each in made for one in each.questions]
    assert {one.code for one in asked} >= {codes.CAPABILITY, codes.TASKS, codes.UNSAID, codes.COPY, codes.TRIGGERS}
    for one in asked:
        assert codes.is_adoption(one.code), one.text
        for option in one.options:
            assert meaning(one.code, option, one.options)[1] != codes.NO_OPTION, (one.code, option)


@pytest.mark.parametrize(
    "function",
    [
        "about_triggers",
        "about_purpose",
        "about_attached",
        "about_turns",
        "about_duplicates",
        "about_capability",
        "about_modified",
        "about_states",
        "about_struck",
        "about_tasks",
        "about_unsaid",
        "about_beside",
        "cannot",
    ],
)
def test_no_option_in_the_code_is_without_a_meaning(function: str) -> None:
    source = Path(codes.__file__).with_name("adopt_doubts.py").read_text()
    body = source.partition(f"def {function}(")[2].partition("\ndef ")[0]
    code = {name: getattr(codes, name) for name in re.findall(r"codes\.([A-Z]+)", body)}
    assert len(code) == 1, "each question has one code"
    known = codes.MEANINGS[next(iter(code.values()))]
    for option in re.findall(
        r'"([A-Z][^"{]* (?:it|them|done|open|copy|hold|one|all|WHEN|required|is true|requirement)[^"{]*)"', body
    ):
        if not option.endswith(("?", ".", " ")):
            assert codes.folded(option) in known, option


NAMES = some.sampled_from(["Heat", "Lid", "Door", "Pot", "Cup", "Lamp", "Wall", "A `code` b"])
LINES = some.sampled_from(
    [
        "Text.",
        "",
        "```",
        "## Notes",
        "### Notes",
        "- item",
        "<!-- x -->",
        "- [ ] 1.1 Cut",
        "- [x] 1.2 Glue",
        "    a",
        "| a |",
    ]
)
SCENARIOS = some.lists(some.sampled_from([ONE, TWO, OTHER]), min_size=1, max_size=3)
BLOCKS = some.lists(
    some.tuples(NAMES, SCENARIOS, some.lists(LINES, max_size=2)), min_size=2, max_size=5, unique_by=lambda one: one[0]
)
ANSWERS = [
    (code, option) for code, known in codes.MEANINGS.items() for option, one in known.items() if one in codes.DEEDS
]
EDITS = [*ANSWERS, (codes.ATTACHED, "")]


@pytest.mark.parametrize(("code", "answer"), EDITS)
@settings(max_examples=40, deadline=None)
@given(
    blocks=BLOCKS,
    after=some.lists(LINES, max_size=4),
    chosen=some.tuples(some.integers(0, 4), some.integers(0, 4)),
    feed=some.sampled_from(["\n", "\r\n"]),
)
def test_whatever_the_document_nothing_but_the_named_place_changes(
    code: str, answer: str, blocks: list[Any], after: list[str], chosen: tuple[int, int], feed: str
) -> None:
    tail = "\n".join(["", *after, "- [ ] 1.1 Cut", ""])
    made = "".join(block(one, *parts, text="\n".join(["It SHALL hold.", *lines])) for one, parts, lines in blocks)
    text = delta(made, after=tail).replace("\n", feed)
    (name, parts, _), (other, _, _) = (blocks[at % len(blocks)] for at in chosen)
    answer = answer or other
    mains = main_spec(*(block(one, own[0]) for one, own, _ in blocks))
    files = {DELTA: text, TASKS: text, MAIN: mains, f"{FOLDER}specs/pot/spec.md": delta(block("Own"))}
    deed, _ = meaning(code, answer, ())
    path = TASKS if deed == "tick" else DELTA
    title = "A round" if deed == "split" else parts[0].split("\n")[0].removeprefix("#### Scenario: ")
    asked = ("1.1 Cut",) if deed == "tick" else (name,)
    done = do(code, answer, files, requirement=name, quote=title, path=path, parts=asked)
    assert {one for one in files if done.files.get(one) != files[one]} <= {path}
    if done.why:
        assert done.files == files
        tame = not any(
            set(lines) & {"```", "## Notes", "### Notes", "<!-- x -->"} for _, _, lines in [*blocks, ("", [], after)]
        )
        assert not (tame and "only-what-was-asked" in done.why), "what code makes of an answer fits its contract"
        return
    _same_but_for(str(deed), files[path], done.files, path)


def _plain(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text)


def _same_but_for(deed: str, before: str, after: Any, path: str) -> None:
    text = after.get(path, "")
    lost = _count(before) - _count(text)
    came = _count(text) - _count(before)
    if deed == "tick":
        assert text == re.sub(r"- \[ \] 1\.1 Cut", "- [x] 1.1 Cut", before)
    elif deed == "move":
        assert not lost
        assert not came
    elif deed == "modify":
        assert lost <= _count("## ADDED Requirements\n")
        assert came <= _count("## MODIFIED Requirements\n")
    elif deed == "split":
        assert not lost
        assert all(line.startswith(("#### Scenario: A round", "- **GIVEN**")) for line in came)
    elif deed in ("remove", "drop-copy"):
        assert not came
        assert any(line.startswith("### Requirement:") for line in lost) or not text


def _count(text: str) -> Any:
    return Counter(line.rstrip() for line in text.splitlines() if line.strip())


@settings(max_examples=200, deadline=None)
@given(
    text=some.text(max_size=300),
    answer=some.sampled_from(ANSWERS),
    name=some.text(max_size=30),
    parts=some.lists(some.text(max_size=30), max_size=3),
)
def test_no_text_and_no_question_makes_it_fail(text: str, answer: tuple[str, str], name: str, parts: list[str]) -> None:
    for path in (DELTA, MAIN, TASKS, name, f"{FOLDER}{name}"):
        made = order(*answer, path=path, requirement=name, quote=name, parts=tuple(parts))
        done = carry_out(made, {DELTA: text, MAIN: text, TASKS: text})
        assert isinstance(done, str) or all(one in {DELTA, MAIN, TASKS} or one.startswith(FOLDER) for one in done)
