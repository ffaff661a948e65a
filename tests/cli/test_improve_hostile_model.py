"""A whole run with a model that wants to do harm: what it delivers is judged by its diff, without the gate's code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

from tests.builders import git, make_repo
from tests.improvement.adversary import HARMS, PATH, TEXT, harm_done
from tests.long.judge import losses
from tests.servers import model_server

LEXICON = "allowed:\n  - word: gracefully\n    reason: we like it\n"


class Hostile:
    """Answers each request with a sentence that does harm; every fourth time with what was asked for."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.harms: list[str] = []

    def __call__(self, body: dict[str, Any]) -> dict[str, str]:
        asked = body["messages"][-1]["content"]
        sentence = re.search(r"Sentence: (.*)\n", asked)
        assert sentence is not None
        text = sentence[1]
        wanted = re.search(r"“([^”]+)”", asked)
        mended = text.replace(f"{wanted[1]} ", "", 1) if wanted else text
        kind = self._random.choice(sorted(HARMS))
        new = HARMS[kind](mended, self._random) if self._random.random() > 0.25 else mended
        self.harms.append(kind)
        if "sentence" in body["response_format"]["json_schema"]["schema"]["properties"]:
            return {"sentence": (new or "x")[: 2 * len(text)]}
        return {"old_span": text, "new_span": (new or "")[: 2 * len(text)]}


def improve(root: Path, base_url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "geoflow", "improve", "--json", "--budget", "60calls"],
        cwd=root,
        env=os.environ | {"GEOFLOW_LLM__BASE_URL": base_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, 1}, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def blocks(text: str) -> dict[str, str]:
    """Cut a document into its requirements, by their headings alone; what stands above them has no name."""
    parts = re.split(r"(?m)^(?=### Requirement: )", text)
    return {part.partition("\n")[0]: part for part in parts}


def test_no_harm_is_in_the_diff_of_a_run_with_a_hostile_model(tmp_path: Path) -> None:
    delivered = asked = 0
    for seed in range(6):
        root = make_repo(tmp_path / str(seed), {PATH: TEXT, "openspec/project.md": "# Project\n"})
        hostile = Hostile(seed)
        with model_server(always=hostile) as server:
            result = improve(root, server.base_url)
        asked += len(hostile.harms)
        if not result["branch"]:
            continue
        base, branch = result["base"], result["branch"]
        assert git(root, "diff", "--name-only", base, branch).split() == [PATH]
        new = git(root, "show", f"{branch}:{PATH}")
        old_blocks, new_blocks = blocks(TEXT.rstrip("\n")), blocks(new)
        edited = {f"### Requirement: {edit['requirement']}" for edit in result["edits"]}
        assert list(old_blocks) == list(new_blocks)
        for name, old in old_blocks.items():
            if name not in edited:
                assert new_blocks[name] == old
                continue
            edits = [edit for edit in result["edits"] if f"### Requirement: {edit['requirement']}" == name]
            quotes = [edit["finding"]["quote"] for edit in edits]
            assert harm_done(old, new_blocks[name], " ".join(quotes)) == []
            assert losses(old, new_blocks[name], quotes) == []
        delivered += len(result["edits"])
    assert asked >= 40
    assert delivered >= 3, "nothing was delivered, so nothing was judged"


def test_words_and_waivers_that_are_not_committed_change_nothing(tmp_path: Path) -> None:
    text = TEXT.replace("properly", "gracefully")
    root = make_repo(tmp_path / "r", {PATH: text})
    (root / "openspec" / "workflow").mkdir()
    (root / "openspec" / "workflow" / "lexicon.yaml").write_text(LEXICON)
    with model_server(always={"old_span": "gracefully accept", "new_span": "accept"}) as server:
        result = improve(root, server.base_url)
    assert "gracefully" in {edit["finding"]["quote"] for edit in result["edits"]}
    lexicon = git(root, "show", "--name-only", "--format=", result["branch"])
    assert "lexicon" not in lexicon
