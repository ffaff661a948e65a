import json
import warnings
from pathlib import Path

from geoflow.adapters.event_files import EventFiles
from geoflow.quality.roles import ROLES
from geoflow.questions.review_round import Round
from tests.conftest import NPM_OPENSPEC
from tests.recorded import cycling

LARGEST = 200_000  # bytes


def replayed(folder: Path) -> cycling.Cycling:
    at = cycling.Cycling(
        cycling.make(folder / "gauge"),
        options=("--replay", str(cycling.TRANSCRIPT)),
        environment={"GEOFLOW_LLM__BASE_URL": "none"},
    )
    cycling.cycle(at, (cycling.IDEA,), cycling.COMMENT)
    return at


def test_a_change_goes_round_the_whole_cycle_as_it_did_when_the_model_was_recorded(tmp_path: Path) -> None:
    at = replayed(tmp_path)
    assert cycling.outcome(at) == json.loads(cycling.OUTCOME.read_text("utf-8")), "type: python -m tests.recorded cycle"
    if NPM_OPENSPEC is None:
        warnings.warn("the npm CLI is not there (make npm): no step was put to it", stacklevel=1)
    assert {step.accepted for step in at.steps} == {None if NPM_OPENSPEC is None else True}
    assert not (at.root / "openspec/changes" / cycling.NAME).exists()
    [archived] = (at.root / "openspec/changes/archive").iterdir()
    files = {
        f"{archived.name}/reviews/{path.name}": path.read_text("utf-8") for path in (archived / "reviews").iterdir()
    }
    said = EventFiles(tmp_path / "locks").read(files)
    assert said.broken == ()
    rounds = [one for one in said.events if isinstance(one, Round)]
    assert {"rules", *ROLES} <= {one.role for one in rounds}
    assert [(one.signed.kind, one.verdict) for one in rounds if not one.role] == [
        ("person", "revise"),
        ("person", "approve"),
    ]
    assert at.steps[-2].said["state"] == "approved"
    assert "within 2 minutes" in cycling.archived_spec(at.root)


def test_the_recording_stays_small_and_holds_no_prompt() -> None:
    text = cycling.TRANSCRIPT.read_text("utf-8")
    assert len(text) < LARGEST
    assert "gen_ai.input.messages" not in text
