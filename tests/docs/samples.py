"""Samples of JSON documents: commands run on small repositories, without a model and with a stand-in for one."""

import json
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import chdir
from typing import Any, NamedTuple
from unittest.mock import patch

from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import make_repo
from tests.cli.adopted_runs import FILES
from tests.cli.verbs import TREE, good
from tests.docs.command_tree import command_of
from tests.docs.world import demo_repository, own_world
from tests.servers import model_server

# EDIT and QUESTION stand for ids that an earlier command has printed.
WITHOUT_MODEL = """
--json
validate --all --json
list --json
list --specs --json
list --order --json
show station-clock --json
show add-battery-saving --json
show nothing --json
rules GF204 OS-S4 --json
review --rules-only --json
review add-battery-saving --verdict revise --comment "Say 5 %." --json
review add-battery-saving --verdict approve --json
ask "Who feeds the harbour cat?" --json
ask "What happens when the pressure sensor does not answer?" --json
ask "How fast must the warning be sent?" --open --about openspec/specs/flood-alarm/spec.md:9 --option soon --json
ask - --json
ask --list --all --json
ask --answer QUESTION "within 5 s" --json
improve --dry-run --json
improve --json
improve --json
improve --outcomes --json
improve --explain --json
improve --explain RUN --json
improve --triage --accept EDIT --json
feedback EDIT --comment "Shorter than before." --json
feedback RUN --rate 4 --json
feedback list --json
improve --learn --json
monitor record --json
monitor backfill --json
monitor --json
monitor show --json
monitor report --json
monitor history coverage --json
monitor compare HEAD~1 --json
monitor check --json
monitor measures coverage --json
monitor export --format json
monitor prune --dry-run --json
monitor push --json
monitor pull --json
config show --json
config set llm.parallel 2 --json
config path --json
model list --json
model stop --json
mcp install --client cursor --dry-run --json
mcp tools --json
doctor --json
doctor --bug-report --json
hooks install --dry-run --json
hooks status --json
hooks uninstall --json
trust --json
trust --yes --json
trust --revoke --json
trust --list --json
init --json
init elsewhere --dry-run --json
bench ask --no-model --items 4 --json
bench gate --per-operator 1 --json
bench review --rules-only --per-operator 1 --json
archive add-battery-saving --yes --json
"""
HAND_WRITTEN = """
improve --json
improve --outcomes --json
improve --explain RUN --json
improve --triage --accept all --json
"""
WITH_MODEL = """
propose "Let potters resume a paused firing of the kiln" --name resume --json
review --json
review resume --json
propose --revise resume --json
ask "When does the siren sound?" --json
ask - --json
improve --json
improve --explain RUN --json
model list --json
bench repair --per-operator 1 --budget 4calls --json
"""
QUESTIONS = "When does the siren sound?\nWhich door stays locked?\n"


class Sample(NamedTuple):
    """A document, the command that printed it, and that with its options, both without values."""

    command: str
    document: dict[str, Any]
    typed: str

    @property
    def schema(self) -> str:
        """Give the name of its schema."""
        return str(self.document.get("schema", ""))


def samples() -> Iterator[Sample]:
    """Run the commands and give their documents."""
    with own_world() as folder:
        with demo_repository(folder):
            yield from _run_all(WITHOUT_MODEL)
        make_repo(folder / "written", FILES)
        with chdir(folder / "written"):
            yield from _run_all(HAND_WRITTEN)
        make_repo(folder / "kiln", TREE)
        with (
            model_server(always=_stand_in) as server,
            chdir(folder / "kiln"),
            patch.dict(os.environ, {"GEOFLOW_LLM__BASE_URL": server.base_url}),
        ):
            yield from _run_all(WITH_MODEL)


def _run_all(lines: str) -> Iterator[Sample]:
    ids: dict[str, str] = {}
    for line in lines.strip().splitlines():
        sample = run([ids.get(word, word) for word in shlex.split(line)])
        if sample is not None:
            ids |= _ids(sample)
            yield sample


def run(words: list[str]) -> Sample | None:
    """Run a command; None where it prints no document."""
    done = CliRunner().invoke(app, words, input=QUESTIONS)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    try:
        document = json.loads(done.stdout)
    except ValueError:
        return None
    name = command_of(words).name
    options = [word for word in words if word.startswith("--")]
    return Sample(name, document, " ".join((name, *options)))


def _stand_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer any request in its form: as the tests' good model does, or with the first thing that fits."""
    schema = body["response_format"]["json_schema"]["schema"]
    try:
        return good(body)
    except KeyError:
        return {name: _fitting(schema["properties"][name]) for name in schema["required"]}


def _fitting(schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    return {"boolean": False, "integer": 0, "number": 0, "array": []}.get(str(schema.get("type")), "soon")


def _ids(sample: Sample) -> dict[str, str]:
    document = sample.document
    found = {}
    if sample.schema == "geoflow.ask/1" and document.get("state") == "open":
        found["QUESTION"] = document["id"]
    if sample.schema == "geoflow.improve/1" and document.get("branch"):
        found["RUN"] = document["run"]
    if sample.schema == "geoflow.outcomes/1":
        edits = [edit for one in document["runs"] for edit in one["edits"]]
        found |= {"EDIT": edits[0]["id"]} if edits else {}
    return found
