"""Record the demo's improvement with the model that answers: `python -m tests.recorded`, some minutes."""

import json
import shutil
import tempfile
from pathlib import Path

from tests.recorded.improving import EDITS, TRANSCRIPT, improve_demo, outcome

with tempfile.TemporaryDirectory() as folder:
    root = Path(folder) / "demo"
    result = improve_demo(root, "--budget", "30m")
    shutil.copy(root / ".git" / "geoflow" / "transcript.jsonl", TRANSCRIPT)
TRANSCRIPT.chmod(0o644)
EDITS.write_text(json.dumps(outcome(result), indent=1, ensure_ascii=False) + "\n", "utf-8")
