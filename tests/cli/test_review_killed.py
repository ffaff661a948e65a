"""A review that is killed at any moment goes on where it was, and says in the end what one says that nobody killed."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builders import make_repo, requirement, spec
from tests.cli.verbs import state_of
from tests.servers import ModelServer, model_server

COUNT = 24
KILLS = 5
FILES = {
    "openspec/specs/depot/spec.md": spec(
        *(
            requirement(f"Shelf {n}", f"The depot SHALL count shelf {n} {'slowly ' * (n % 3)}once.")
            for n in range(COUNT)
        )
    )
}
COMMAND = [sys.executable, "-m", "geoflow", "review", "--roles", "architecture", "--json", "--fail-on", "never"]


def reply(body: Mapping[str, Any]) -> dict[str, Any]:
    time.sleep(0.02)
    asked = body["messages"][-1]["content"]
    return {"quote": "SHALL count shelf", "objection": "slowly slowly" in asked, "why": "It does not end."}


def start(root: Path, server: ModelServer) -> "subprocess.Popen[str]":
    environment = {**os.environ, "GEOFLOW_LLM__BASE_URL": server.base_url}
    return subprocess.Popen(COMMAND, cwd=root, env=environment, stdout=-1, stderr=-1, text=True)


def finished(root: Path, server: ModelServer) -> dict[str, Any]:
    out, err = start(root, server).communicate(timeout=60)
    document = json.loads(out)
    assert isinstance(document, dict), err
    return document


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_review_goes_on_and_asks_only_the_rest(tmp_path: Path, seed: int) -> None:
    choice = random.Random(seed)
    root = make_repo(tmp_path / "killed", FILES)
    before = state_of(root)
    with model_server(always=reply) as server:
        whole = finished(make_repo(tmp_path / "whole", FILES), server)
        asked = len(server.requests)
        for _ in range(KILLS):
            so_far = len(server.requests)
            process = start(root, server)
            enough = so_far + choice.randint(0, 6)
            end = time.monotonic() + 20
            while len(server.requests) <= enough and process.poll() is None and time.monotonic() < end:
                time.sleep(0.002)
            time.sleep(choice.random() * 0.02)
            process.kill()
            process.communicate()
        result = finished(root, server)
        # What was under way when a kill came was not heard, and is asked once more.
        assert len(server.requests) - asked <= asked + KILLS
        assert result["remembered"] > 0
        last = len(server.requests)
        assert finished(root, server)["remembered"] == COUNT
        assert len(server.requests) == last
    assert (result["findings"], result["looked_at"]) == (whole["findings"], COUNT)
    assert [one["requirement"] for one in result["findings"] if one["code"] == "GF502"] == [
        f"Shelf {n}" for n in range(COUNT) if n % 3 == 2
    ]
    assert state_of(root) == before
