import json
from pathlib import Path

from tests.recorded.improving import EDITS, TRANSCRIPT, improve_demo, outcome

LARGEST = 100_000  # bytes


def test_what_the_recorded_model_said_of_the_demo_still_gives_the_same_edits(tmp_path: Path) -> None:
    result = improve_demo(tmp_path / "demo", "--replay", str(TRANSCRIPT), GEOFLOW_LLM__BASE_URL="none")
    assert outcome(result) == json.loads(EDITS.read_text("utf-8"))
    assert result["model"].endswith("(embedded)")
    assert len(result["edits"]) >= 3
    assert result["refused"]


def test_the_recording_stays_small_and_holds_no_prompt() -> None:
    text = TRANSCRIPT.read_text("utf-8")
    assert len(text) < LARGEST
    assert "gen_ai.input.messages" not in text
