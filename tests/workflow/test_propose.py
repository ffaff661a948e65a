import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.passage_index import SqlitePassages
from geoflow.adapters.templates import JinjaTemplates
from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec import parse_delta, validate
from geoflow.ports import ChatModel, ChatReply, ChatRequest, Documents, Part
from geoflow.workflow.propose import LONGEST_IDEA, Desk, Idea, propose
from geoflow.workflow.propose_files import Proposed
from tests.builders import requirement, spec, write_tree
from tests.conftest import NPM_OPENSPEC
from tests.fakes import QueueModel, Script

KILN = "openspec/specs/kiln/spec.md"
TREE = {
    KILN: spec(
        requirement("Pause a firing", "The kiln controller SHALL hold the temperature for 30 minutes while paused.")
    ),
    "openspec/specs/shop/spec.md": spec(requirement("Price list", "The shop SHALL list the price of every glaze.")),
}
PAUSE = "Let potters resume a paused firing of the kiln"
ADDS, CHANGES = {"relation": "adds"}, {"relation": "changes"}
GOOD = (
    {"name": "Resume a firing", "subject": "kiln controller", "does": "continue a paused firing where it stopped"},
    {"name": "Firing is resumed", "when": "a potter resumes a paused firing", "then": "the temperature rises again"},
    {"name": "Nothing is paused", "when": "no firing is paused", "then": "the kiln controller says so"},
    {"problem": "A paused firing is lost today"},
)


def sampled(*replies: Script, relation: tuple[Script, ...] = (ADDS,)) -> QueueModel:
    """A model that drafts the same in every sample: of a requirement, a scenario, a failure and the problem."""
    requirement, scenario, failure, *rest = replies
    outcome = {"then": failure["then"]} if isinstance(failure, dict) else failure
    again = [] if isinstance(failure, dict) and failure["then"] == "-" else [outcome, outcome]
    return QueueModel(*relation, *[requirement] * 3, scenario, failure, *again, *rest)


class Quiet:
    def update(self, label: str, done: int, total: int) -> None:
        assert label
        assert done < total


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 12, tzinfo=UTC)

    def seconds(self) -> float:
        return 0.0


class InMemory:
    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)

    def read(self, part: Part = "all") -> dict[str, bytes]:
        assert part == "all"
        return {path: text.encode() for path, text in self.files.items()}

    def create(self, files: Mapping[str, str]) -> None:
        assert not self.files.keys() & files.keys()
        self.files.update(files)


class Unruly:
    """A model behind a server that keeps to no schema: every field is one of these texts, in turn."""

    name = "un`ruly\n# model"
    backend = "openai-compatible"
    context_tokens = 4096

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._turn = 0

    def complete(self, request: ChatRequest) -> ChatReply:
        assert request.schema is not None
        value = {}
        for field in request.schema["required"]:
            value[field] = self._texts[self._turn % len(self._texts)]
            self._turn += 1
        return ChatReply(json.dumps(value), value, self.name)


def run(
    idea: Idea | str,
    documents: Documents,
    model: ChatModel | None = None,
    relation: tuple[Script, ...] = (ADDS,),
) -> Proposed:
    desk = Desk(documents, SqlitePassages(None), JinjaTemplates(), Noon(), Quiet())
    wanted = Idea(idea) if isinstance(idea, str) else idea
    made = propose(wanted, desk, model or sampled(*GOOD, relation=relation))
    if wanted.write:
        documents.create(made.files)
    return made


def strictly_valid(files: Mapping[str, str], change: str) -> bool:
    return next(report for report in validate(files) if report.id == change).valid(strict=True)


def delta_of(proposed: Proposed) -> str:
    return next(text for path, text in proposed.files.items() if path.endswith("/spec.md"))


def test_an_idea_becomes_a_whole_valid_change_in_the_capability_it_speaks_of(tmp_path: Path) -> None:
    documents = WorkTreeDocuments(write_tree(tmp_path, TREE))
    proposed = run(PAUSE, documents)
    folder = "openspec/changes/potters-resume-paused-firing-kiln"
    assert list(proposed.files) == [
        f"{folder}/.openspec.yaml",
        f"{folder}/proposal.md",
        f"{folder}/design.md",
        f"{folder}/specs/kiln/spec.md",
        f"{folder}/tasks.md",
    ]
    written = {path: content.decode() for path, content in documents.read().items()}
    assert written == {**TREE, **proposed.files}
    assert strictly_valid(written, proposed.change)


def test_the_delta_is_composed_by_code(tmp_path: Path) -> None:
    proposed = run(PAUSE, InMemory(TREE))
    assert delta_of(proposed) == (
        "## ADDED Requirements\n"
        "\n"
        "### Requirement: Resume a firing\n"
        "\n"
        "The kiln controller SHALL continue a paused firing where it stopped.\n"
        "\n"
        "#### Scenario: Firing is resumed\n"
        "\n"
        "- **WHEN** a potter resumes a paused firing\n"
        "- **THEN** the temperature rises again\n"
        "\n"
        "#### Scenario: Nothing is paused\n"
        "\n"
        "- **WHEN** no firing is paused\n"
        "- **THEN** the kiln controller says so\n"
    )


def test_what_the_model_wrote_is_marked_as_a_draft() -> None:
    proposal = next(text for path, text in run(PAUSE, InMemory(TREE)).files.items() if path.endswith("proposal.md"))
    assert "> **Draft.**" in proposal
    assert "*(draft)* A paused firing is lost today." in proposal
    assert "where it stopped. *(draft)*" in proposal


def test_the_why_has_a_length_that_openspec_asks_for() -> None:
    for idea in ("Glaze", "Let potters glaze " * 900):
        proposal = next(text for path, text in run(idea, InMemory(TREE)).files.items() if path.endswith("proposal.md"))
        why = proposal.split("## Why\n")[1].split("\n## ")[0].strip()
        assert 50 <= len(why) <= 1000


def test_an_idea_that_fits_no_capability_gets_one_with_a_purpose() -> None:
    proposed = run("Send an invoice by mail", InMemory(TREE), relation=())
    assert proposed.new_capability
    assert proposed.capability == proposed.change == "send-invoice-mail"
    purpose = parse_delta("x", "x", delta_of(proposed)).purpose
    assert len(purpose) >= 50
    assert "Send an invoice by mail" in purpose


def test_the_capability_and_the_name_can_be_given() -> None:
    proposed = run(Idea(PAUSE, name="resume", capability="shop"), InMemory(TREE), relation=())
    assert (proposed.change, proposed.capability, proposed.new_capability) == ("resume", "shop", False)
    assert run(Idea(PAUSE, capability="platform/auth"), InMemory(TREE), relation=()).new_capability


def test_a_requirement_that_exists_gets_another_name() -> None:
    same = ({**GOOD[0], "name": "pause  a FIRING"}, *GOOD[1:])
    assert run(PAUSE, InMemory(TREE), sampled(*same)).draft.name == "Pause a FIRING (2)"


def test_a_requirement_that_another_change_adds_gets_another_name() -> None:
    documents = InMemory(TREE)
    first, second = run(PAUSE, documents), run(PAUSE, documents)
    assert second.change == f"{first.change}-2"
    assert (first.draft.name, second.draft.name) == ("Resume a firing", "Resume a firing (2)")


def test_a_number_that_nobody_gave_becomes_an_open_question() -> None:
    invented = ({**GOOD[0], "does": "continue the firing within 45 seconds"}, *GOOD[1:])
    proposed = run(PAUSE, InMemory(TREE), sampled(*invented))
    assert proposed.draft.sentence == "The kiln controller SHALL continue the firing within (open: Q1) seconds."
    assert not any("45" in text for text in proposed.files.values())
    proposal = next(text for path, text in proposed.files.items() if path.endswith("proposal.md"))
    assert "- Q1: Which value belongs at (open: Q1)" in proposal


def test_a_number_of_the_idea_or_of_the_specs_it_rests_on_stays() -> None:
    given_numbers = ({**GOOD[0], "does": "hold a paused firing for 30 minutes at 600 degrees"}, *GOOD[1:])
    proposed = run("Hold a paused firing of the kiln at 600 degrees", InMemory(TREE), sampled(*given_numbers))
    assert "30 minutes at 600 degrees" in proposed.draft.sentence
    assert proposed.draft.questions == ()


def test_without_a_failure_scenario_there_is_a_question() -> None:
    silent = (*GOOD[:2], {"name": "-", "when": "-", "then": "-"}, GOOD[3])
    proposed = run(PAUSE, InMemory(TREE), sampled(*silent))
    assert [one.name for one in proposed.draft.scenarios] == ["Firing is resumed"]
    assert any("goes wrong" in question for question in proposed.draft.questions)


def test_a_dry_run_writes_nothing() -> None:
    documents = InMemory(TREE)
    assert not run(Idea(PAUSE, write=False), documents).written
    assert documents.files == TREE


def test_the_prompts_share_all_that_stands_before_the_question() -> None:
    model = sampled(*GOOD)
    run(PAUSE, InMemory(TREE), model)
    first, *others = (prompt.split(PAUSE)[0] for prompt in model.prompts[1:])
    assert all(other == first for other in others)
    assert "hold the temperature for 30 minutes" in first


def test_when_the_model_fails_nothing_is_written() -> None:
    documents = InMemory(TREE)
    with pytest.raises(GeoflowError) as caught:
        run(PAUSE, documents, QueueModel(ADDS, GOOD[0], GeoflowError("Garbage.", code="model-reply-invalid")))
    assert caught.value.code == "model-reply-invalid"
    assert documents.files == TREE


@pytest.mark.parametrize(
    ("idea", "code", "exit_code"),
    [
        (Idea(""), "idea-empty", ExitCode.USAGE),
        (Idea(" \n###\n- "), "idea-empty", ExitCode.USAGE),
        (Idea("x" * (LONGEST_IDEA + 1)), "idea-too-long", ExitCode.USAGE),
        (Idea(PAUSE, name="../up"), "bad-name", ExitCode.USAGE),
        (Idea(PAUSE, name="archive"), "bad-name", ExitCode.USAGE),
        (Idea(PAUSE, capability="../../etc"), "bad-capability", ExitCode.USAGE),
        (Idea(PAUSE, name="taken"), "exists", ExitCode.USAGE),
    ],
)
def test_what_cannot_be_proposed_is_refused_before_a_model_is_asked(idea: Idea, code: str, exit_code: ExitCode) -> None:
    documents = InMemory({**TREE, "openspec/changes/taken/proposal.md": "mine"})
    with pytest.raises(GeoflowError) as caught:
        run(idea, documents, QueueModel())
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    assert documents.files["openspec/changes/taken/proposal.md"] == "mine"


FRAGMENTS = st.sampled_from(
    [
        *(
            "## ADDED Requirements",
            "### Requirement: X",
            "#### Scenario: Y",
            "# T",
            "```",
            "~~~",
            "<!--",
            "-->",
            "- [ ] 1.1 x",
        ),
        *(
            "- **WHEN** a",
            "\n",
            "\n\n",
            "\r",
            "\u2028",
            "\x00",
            "\x1b[31m",
            "**Priority**: high",
            "SHALL",
            "MUST",
            "TBD",
        ),
        *(
            "\ufeff",
            "\u202e",
            "😀",
            "{{ 7 }}",
            "{% raw %}",
            "[x](y)",
            "> q",
            "1. ",
            "12",
            "٣",
            "…",
            "\\",
            "`",
            "|",
            "word ",
            " ",
        ),
        *(
            "## Purpose",
            "---",
            "===",
            "a" * 2_000,
            "ﬁ",
            "İ",
            "ß",
            "\ud800",
            "</details>",
            "## RENAMED Requirements",
            "- FROM: `x`",
        ),
    ]
)
HOSTILE = st.one_of(st.lists(FRAGMENTS, max_size=8).map("".join), st.text(max_size=80), st.just("x " * 5_000))


@settings(max_examples=60, deadline=None)
@given(idea=HOSTILE, said=st.lists(HOSTILE, min_size=1, max_size=9))
@example(idea="## ADDED Requirements## ADDED Requirementsword ## ADDED Requirements", said=[""])
def test_whatever_idea_and_model_say_the_change_is_strictly_valid(idea: str, said: list[str]) -> None:
    documents = InMemory(TREE)
    try:
        proposed = run(f"Kiln {idea}"[:LONGEST_IDEA], documents, Unruly(said))
    except GeoflowError as error:
        raise AssertionError(error.message) from error
    delta = parse_delta(proposed.capability, "x", delta_of(proposed))
    assert strictly_valid(documents.files, proposed.change)
    assert [added.name for added in delta.added] == [proposed.draft.name]
    assert len(delta.added[0].scenarios) == len(proposed.draft.scenarios)
    assert delta.added[0].text == proposed.draft.sentence
    assert (delta.modified, delta.removed, delta.renamed) == ((), (), ())
    assert all(path.startswith("openspec/changes/") and ".." not in path for path in proposed.files)
    assert all(len(text) < 20_000 for text in proposed.files.values())


@pytest.mark.npm
def test_the_npm_cli_accepts_changes_of_hostile_texts(tmp_path: Path) -> None:
    documents = InMemory(TREE)
    packed: list[Proposed] = []

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(idea=HOSTILE, said=st.lists(HOSTILE, min_size=1, max_size=9))
    def pack(idea: str, said: list[str]) -> None:
        packed.append(run(f"Glaze {idea}"[:LONGEST_IDEA], documents, Unruly(said)))

    pack()
    write_tree(tmp_path, documents.files)
    assert NPM_OPENSPEC
    done = subprocess.run(
        [NPM_OPENSPEC, "validate", "--all", "--strict", "--json"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    items = json.loads(done.stdout)["items"]
    assert len([item for item in items if item["type"] == "change"]) == len(packed) >= 50
    assert [item for item in items if not item["valid"]] == []


LONGER = "Hold the temperature of the kiln controller for 45 minutes instead of 30 minutes"


def test_an_idea_that_changes_a_requirement_keeps_its_block_and_all_its_scenarios() -> None:
    proposed = run(LONGER, InMemory(TREE), QueueModel(CHANGES, CHANGES, GOOD[3]))
    block = TREE[KILN].split("## Requirements\n")[1].rstrip().replace("30 minutes", "45 minutes")
    assert proposed.modified
    assert delta_of(proposed) == f"## MODIFIED Requirements\n\n{block}\n"
    proposal = next(text for path, text in proposed.files.items() if path.endswith("proposal.md"))
    assert "Change the requirement “Pause a firing” of `kiln`" in proposal
    assert strictly_valid({**TREE, **proposed.files}, proposed.change)


def test_the_model_makes_the_span_of_a_changed_requirement() -> None:
    idea = "The kiln controller keeps the temperature for 30 minutes while paused instead of holding it"
    model = QueueModel(CHANGES, CHANGES, {"old_span": "SHALL hold", "new_span": "SHALL keep"}, GOOD[3])
    proposed = run(idea, InMemory(TREE), model)
    assert proposed.modified
    assert "The kiln controller SHALL keep the temperature for 30 minutes while paused." in delta_of(proposed)


def test_an_edit_that_only_adds_would_narrow_what_holds_so_the_draft_adds_a_requirement() -> None:
    idea = "The kiln controller holds the temperature of a paused firing when a potter pauses it"
    narrowing = {"old_span": "while paused", "new_span": "while paused when a potter pauses it"}
    model = sampled(*GOOD, relation=(CHANGES, CHANGES, narrowing))
    proposed = run(idea, InMemory(TREE), model)
    assert delta_of(proposed).startswith("## ADDED Requirements")
    assert len(proposed.questions) == 1


@pytest.mark.parametrize("relation", [(ADDS,), (CHANGES, ADDS)])
def test_unless_the_model_says_twice_that_it_changes_one_a_requirement_is_added(relation: tuple[Script, ...]) -> None:
    proposed = run(LONGER, InMemory(TREE), relation=relation)
    assert not proposed.modified
    assert delta_of(proposed).startswith("## ADDED Requirements")


def test_where_no_edit_passes_the_draft_adds_and_asks() -> None:
    bad = {"old_span": "for 30 minutes while paused", "new_span": "at 900 degrees"}
    idea = "The kiln controller holds the temperature of a paused firing and shows it"
    model = sampled(*GOOD, relation=(CHANGES, CHANGES, bad, {"sentence": "The kiln SHALL explode."}))
    proposed = run(idea, InMemory(TREE), model)
    assert delta_of(proposed).startswith("## ADDED Requirements")
    [question] = proposed.questions
    assert question.options == ("It changes “Pause a firing”", "It adds a requirement")


def test_a_requirement_that_another_change_touches_is_not_changed_twice() -> None:
    block = TREE[KILN].split("## Requirements\n")[1]
    other = {"openspec/changes/x/specs/kiln/spec.md": f"## MODIFIED Requirements\n\n{block}"}
    model = sampled(*GOOD, relation=())
    assert not run(LONGER, InMemory(TREE | other), model).modified


def test_samples_with_another_actor_become_a_question_with_options() -> None:
    potter = {**GOOD[0], "subject": "potter"}
    outcome = {"then": GOOD[2]["then"]}
    model = QueueModel(ADDS, GOOD[0], potter, GOOD[0], *GOOD[1:3], outcome, outcome, GOOD[3])
    proposed = run(PAUSE, InMemory(TREE), model)
    [question] = proposed.questions
    assert question.options == ("kiln controller", "potter")
    assert question.about
    assert question.about.quote == "kiln controller"
    assert question.about.path.endswith("/specs/kiln/spec.md")
    assert proposed.draft.sentence.startswith("The kiln controller SHALL")
    proposal = next(text for path, text in proposed.files.items() if path.endswith("proposal.md"))
    assert f"`{question.path}`" in proposal


def test_samples_that_say_the_opposite_of_a_failure_become_a_question() -> None:
    outcomes = ({"then": "the firing is not resumed"}, {"then": "the kiln controller tells the potter"})
    model = QueueModel(ADDS, *[GOOD[0]] * 3, *GOOD[1:3], *outcomes, GOOD[3])
    [question] = run(PAUSE, InMemory(TREE), model).questions
    assert question.options == ("the kiln controller says so", "the firing is not resumed")


def test_samples_in_other_words_ask_nothing() -> None:
    other = {**GOOD[0], "subject": "controller", "does": "go on with a firing that was paused"}
    outcomes = ({"then": "a message appears"}, {"then": "the potter is told"})
    model = QueueModel(ADDS, GOOD[0], other, other, *GOOD[1:3], *outcomes, GOOD[3])
    assert run(PAUSE, InMemory(TREE), model).questions == ()


def test_figures_that_samples_invent_are_options_of_the_gap() -> None:
    does = [{**GOOD[0], "does": f"continue the firing within {count} seconds"} for count in (45, 60, 45)]
    outcome = {"then": GOOD[2]["then"]}
    model = QueueModel(ADDS, *does, *GOOD[1:3], outcome, outcome, GOOD[3])
    [question] = run(PAUSE, InMemory(TREE), model).questions
    assert question.options == ("45", "60")
    assert question.about
    assert question.about.quote == "(open: Q1)"
