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
from geoflow.workflow.propose import LONGEST_IDEA, Desk, Idea, Proposed, propose
from tests.builders import requirement, spec, write_tree
from tests.conftest import NPM_OPENSPEC
from tests.fakes import QueueModel

KILN = "openspec/specs/kiln/spec.md"
TREE = {
    KILN: spec(
        requirement("Pause a firing", "The kiln controller SHALL hold the temperature for 30 minutes while paused.")
    ),
    "openspec/specs/shop/spec.md": spec(requirement("Price list", "The shop SHALL list the price of every glaze.")),
}
PAUSE = "Let potters resume a paused firing of the kiln"
GOOD = (
    {"name": "Resume a firing", "subject": "kiln controller", "does": "continue a paused firing where it stopped"},
    {"name": "Firing is resumed", "when": "a potter resumes a paused firing", "then": "the temperature rises again"},
    {"name": "Nothing is paused", "when": "no firing is paused", "then": "the kiln controller says so"},
    {"problem": "A paused firing is lost today"},
)


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


def run(idea: Idea | str, documents: Documents, model: ChatModel | None = None) -> Proposed:
    desk = Desk(documents, SqlitePassages(None), JinjaTemplates(), Noon(), Quiet())
    wanted = Idea(idea) if isinstance(idea, str) else idea
    made = propose(wanted, desk, model or QueueModel(*GOOD))
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
    proposed = run("Send an invoice by mail", InMemory(TREE))
    assert proposed.new_capability
    assert proposed.capability == proposed.change == "send-invoice-mail"
    purpose = parse_delta("x", "x", delta_of(proposed)).purpose
    assert len(purpose) >= 50
    assert "Send an invoice by mail" in purpose


def test_the_capability_and_the_name_can_be_given() -> None:
    proposed = run(Idea(PAUSE, name="resume", capability="shop"), InMemory(TREE))
    assert (proposed.change, proposed.capability, proposed.new_capability) == ("resume", "shop", False)
    assert run(Idea(PAUSE, capability="platform/auth"), InMemory(TREE)).new_capability


def test_a_requirement_that_exists_gets_another_name() -> None:
    same = ({**GOOD[0], "name": "pause  a FIRING"}, *GOOD[1:])
    assert run(PAUSE, InMemory(TREE), QueueModel(*same)).draft.name == "Pause a FIRING (2)"


def test_a_requirement_that_another_change_adds_gets_another_name() -> None:
    documents = InMemory(TREE)
    first, second = run(PAUSE, documents), run(PAUSE, documents)
    assert second.change == f"{first.change}-2"
    assert (first.draft.name, second.draft.name) == ("Resume a firing", "Resume a firing (2)")


def test_a_number_that_nobody_gave_becomes_an_open_question() -> None:
    invented = ({**GOOD[0], "does": "continue the firing within 45 seconds"}, *GOOD[1:])
    proposed = run(PAUSE, InMemory(TREE), QueueModel(*invented))
    assert proposed.draft.sentence == "The kiln controller SHALL continue the firing within (open: Q1) seconds."
    assert not any("45" in text for text in proposed.files.values())
    proposal = next(text for path, text in proposed.files.items() if path.endswith("proposal.md"))
    assert "- Q1: Which value belongs at (open: Q1)" in proposal


def test_a_number_of_the_idea_or_of_the_specs_it_rests_on_stays() -> None:
    given_numbers = ({**GOOD[0], "does": "hold a paused firing for 30 minutes at 600 degrees"}, *GOOD[1:])
    proposed = run("Hold a paused firing of the kiln at 600 degrees", InMemory(TREE), QueueModel(*given_numbers))
    assert "30 minutes at 600 degrees" in proposed.draft.sentence
    assert proposed.draft.questions == ()


def test_without_a_failure_scenario_there_is_a_question() -> None:
    silent = (*GOOD[:2], {"name": "-", "when": "-", "then": "-"}, GOOD[3])
    proposed = run(PAUSE, InMemory(TREE), QueueModel(*silent))
    assert [one.name for one in proposed.draft.scenarios] == ["Firing is resumed"]
    assert any("goes wrong" in question for question in proposed.draft.questions)


def test_a_dry_run_writes_nothing() -> None:
    documents = InMemory(TREE)
    assert not run(Idea(PAUSE, write=False), documents).written
    assert documents.files == TREE


def test_the_prompts_share_all_that_stands_before_the_question() -> None:
    model = QueueModel(*GOOD)
    run(PAUSE, InMemory(TREE), model)
    first, *others = (prompt.split(PAUSE)[0] for prompt in model.prompts)
    assert all(other == first for other in others)
    assert "hold the temperature for 30 minutes" in first


def test_when_the_model_fails_nothing_is_written() -> None:
    documents = InMemory(TREE)
    with pytest.raises(GeoflowError) as caught:
        run(PAUSE, documents, QueueModel(GOOD[0], GeoflowError("Garbage.", code="model-reply-invalid")))
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
