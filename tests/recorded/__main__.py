"""Record with the model that answers: `python -m tests.recorded [demo|cycle]`, some minutes each."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.recorded import cycling
from tests.recorded.improving import EDITS, TRANSCRIPT, improve_demo, outcome

wanted = sys.argv[1:] or ["demo", "cycle"]
with tempfile.TemporaryDirectory() as folder:
    if "demo" in wanted:
        root = Path(folder) / "demo"
        result = improve_demo(root, "--budget", "30m")
        shutil.copy(root / ".git" / "geoflow" / "transcript.jsonl", TRANSCRIPT)
        TRANSCRIPT.chmod(0o644)
        EDITS.write_text(json.dumps(outcome(result), indent=1, ensure_ascii=False) + "\n", "utf-8")
    if "cycle" in wanted:
        at = cycling.Cycling(cycling.make(Path(folder) / "gauge"), options=("--budget", "30m"))
        try:
            cycling.cycle(at, (cycling.IDEA,), cycling.COMMENT)
        finally:
            for step in at.steps:
                sys.stderr.write(f"{step.seconds:7.1f} s  exit {step.code}  {' '.join(step.words)}\n")
        shutil.copy(at.root / ".git" / "geoflow" / "transcript.jsonl", cycling.TRANSCRIPT)
        cycling.TRANSCRIPT.chmod(0o644)
        cycling.OUTCOME.write_text(json.dumps(cycling.outcome(at), indent=1, ensure_ascii=False) + "\n", "utf-8")
