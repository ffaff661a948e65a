import json
from pathlib import Path

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
    assert {step.accepted for step in at.steps} <= {True, None}
    assert not (at.root / "openspec/changes" / cycling.NAME).exists()
    [archived] = (at.root / "openspec/changes/archive").iterdir()
    assert len(list((archived / "reviews").iterdir())) >= 4
    assert "within 2 minutes" in cycling.archived_spec(at.root)


def test_the_recording_stays_small_and_holds_no_prompt() -> None:
    text = cycling.TRANSCRIPT.read_text("utf-8")
    assert len(text) < LARGEST
    assert "gen_ai.input.messages" not in text
