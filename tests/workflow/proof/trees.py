"""A small tree in which no rule finds anything, and an experiment on it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from geoflow.adapters.scratch_repository import ScratchRepository
from geoflow.cli.bench_improve_parts import join_workshop
from geoflow.settings import LEARNERS
from geoflow.workflow.proof.arms import Arm, teachable
from geoflow.workflow.proof.experiment import run_experiment
from geoflow.workflow.proof.ground import Stage
from geoflow.workflow.proof.result import Experiment, Setting
from geoflow.workflow.proof.stand_in import StandIn
from tests.builders import requirement, spec
from tests.fakes import SilentProgress

DEVICES = (
    "kiln",
    "crane",
    "lock gate",
    "ferry",
    "press",
    "loom",
    "turbine",
    "sluice",
    "mill",
    "beacon",
    "winch",
    "still",
)
PARTS = (
    ("signal", "close the {part} valve within {number} seconds of the call from the desk"),
    ("alarm", "ring the {part} bell for {number} seconds with the cause on the panel"),
    ("report", "write the {part} of the day to the file of the owner before the shift ends"),
    ("store", "keep {number} readings of the {part} in the order of their arrival"),
)


def small_tree(devices: int = len(DEVICES)) -> dict[str, str]:
    """Give main specs with four requirements each: {path: text}."""
    files = {}
    for number, device in enumerate(DEVICES[:devices], 2):
        blocks = [
            requirement(
                f"{device} {part}".capitalize(),
                f"The {device} controller SHALL {text.format(part=part, number=number)}.",
                f"#### Scenario: {part} of the {device}\n- **WHEN** the {part} of the {device} comes\n"
                f"- **THEN** the {device} controller answers\n\n"
                f"#### Scenario: {part} missing\n- **WHEN** no {part} comes\n- **THEN** the {device} stands still\n",
            )
            for part, text in PARTS
        ]
        files[f"openspec/specs/{device.replace(' ', '-')}/spec.md"] = spec(
            *blocks, purpose=f"Says what the {device} controller owes to the people who work with it."
        )
    return files


def experiment(
    folder: Path, arms: Sequence[Arm], files: Mapping[str, str] | None = None, **setting: Any
) -> tuple[Experiment, dict[str, ScratchRepository]]:
    """Run arms on the small tree, with the repositories kept for a look: {name: repository}."""
    grounds: dict[str, ScratchRepository] = {}

    def ground(name: str, held: Mapping[str, str]) -> ScratchRepository:
        grounds[name] = ScratchRepository(folder / name, held)
        return grounds[name]

    stage = Stage(ground, join_workshop, StandIn, teachable(LEARNERS, studies=False), SilentProgress())
    small = Setting(rounds=2, mutants=12, sealed=12, seeds=(1,))
    return run_experiment(stage, replace(small, **setting), files or small_tree(), arms), grounds
