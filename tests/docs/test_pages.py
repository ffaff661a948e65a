"""The pages of `.github/docs/` are what the code gives now, leave nothing out, and name only what can be typed."""

import json
import re
from difflib import unified_diff
from pathlib import Path

import jsonschema
import pytest

from geoflow.adapters.setting_list import all_settings
from geoflow.errors import ExitCode
from tests.builders import git, make_repo
from tests.cli.verbs import TREE
from tests.docs.command_tree import Command, commands, what_is_wrong, written_lines
from tests.docs.exit_page import MEANINGS, error_codes
from tests.docs.json_page import ELSEWHERE, SCHEMA_FILE, undescribed
from tests.docs.pages import FOLDER, PAGES
from tests.docs.samples import run
from tests.docs.setting_page import in_a_project
from tests.docs.shapes import fields_of, schema_of
from tests.docs.source_schemas import schema_names

ROOT = FOLDER.parents[1]
LEARNT = ("json.md", SCHEMA_FILE)  # both from the same runs, so one test pays for them
WRITTEN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(FOLDER.glob("*.md"))]
COMMANDS = pytest.mark.parametrize("command", commands(), ids=lambda one: one.name)


@pytest.mark.parametrize("names", [*((name,) for name in PAGES if name not in LEARNT), LEARNT], ids=lambda one: one[0])
def test_a_page_is_what_the_code_gives_now(names: tuple[str, ...]) -> None:
    for name in names:
        file = FOLDER / name
        assert file.is_file(), f".github/docs/{name} is missing; type: make docs"
        lies, would = file.read_text("utf-8").splitlines(), PAGES[name]().splitlines()
        other = list(unified_diff(lies, would, "as it lies there", "as it would be", n=1))
        assert not other, "\n".join([f".github/docs/{name} is stale; type: make docs", *other[:40]])


def test_every_page_is_linked_from_the_index_and_nothing_else_lies_there() -> None:
    index = (FOLDER / "README.md").read_text("utf-8")
    pages = {file.name for file in FOLDER.iterdir() if file.suffix == ".md"} - {"README.md"}
    assert pages == {name for name in PAGES if f"]({name})" in index}


def test_the_picture_asks_nothing_of_the_network_and_names_no_machine() -> None:
    picture = (FOLDER / "session.svg").read_text("utf-8")
    assert "@font-face" not in picture
    assert set(re.findall(r"https?://[^\s\"')]+", picture)) <= {
        "http://www.w3.org/2000/svg",
        "https://www.textualize.io",
    }
    assert not re.search(r"/(?:tmp|home|root|Users|work)/", picture)


@COMMANDS
def test_every_command_and_option_says_what_it_does(command: Command) -> None:
    assert command.help, f"{command.name} has no help"
    shown = [one for one in command.typed.params if not getattr(one, "hidden", False)]
    silent = [one.opts or one.name for one in shown if not getattr(one, "help", "")]
    assert not silent, f"{command.name}: {silent} have no help"


@COMMANDS
def test_every_command_stands_in_its_page(command: Command) -> None:
    assert f"\n## {command.name}\n" in (FOLDER / "commands.md").read_text("utf-8"), "type: make docs"


def test_every_exit_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(ExitCode)


def test_errors_are_found_with_the_exit_code_that_they_come_with() -> None:
    found = {(one.code, one.exit_code) for one in error_codes()}
    assert {("no-openspec", ExitCode.ENVIRONMENT), ("unknown-rule", ExitCode.USAGE)} <= found


def test_every_json_schema_is_sampled_or_described() -> None:
    assert undescribed() == [], "print it in WITHOUT_MODEL of tests/docs/samples.py, or say what it is in ELSEWHERE"
    assert [name for name in ELSEWHERE if name not in schema_names()] == []


def test_settings_say_whether_a_project_may_set_them() -> None:
    found = {one.name: in_a_project(one) for one in all_settings()}
    assert found["llm.base_url"] == "yes on this machine; elsewhere needs trust"
    assert found["tools.allow"] == "needs trust"
    assert {name for name, says in found.items() if says == "yours"} == {
        one.name for one in all_settings() if one.is_users
    } - {"llm.api_key"}


@pytest.mark.parametrize("file", WRITTEN, ids=lambda one: one.name)
def test_every_geoflow_line_that_is_written_down_can_be_typed(file: Path) -> None:
    lines = written_lines(file.read_text("utf-8"))
    assert [f"{line}: {wrong}" for line in lines if (wrong := what_is_wrong(line))] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("geoflow", ""),
        ("geoflow validate --all  # all of it", ""),
        ('geoflow ask "How fast?" --open --about spec.md:9', ""),
        ("geoflow monitor record && geoflow monitor show", ""),
        ("geoflow improve --triage ...", ""),
        ("geoflow nonsense", "there is no command nonsense"),
        ("geoflow improve --no-such", "geoflow improve has no option --no-such"),
        ("geoflow monitor nonsense", "geoflow monitor takes no nonsense"),
        ("geoflow doctor nonsense", "geoflow doctor takes no nonsense"),
        ('geoflow ask "open', "No closing quotation"),
    ],
)
def test_a_line_with_an_unknown_command_or_option_is_told(line: str, wrong: str) -> None:
    assert what_is_wrong(line) == wrong


def test_lines_are_read_from_blocks_and_from_prose() -> None:
    text = "Type `geoflow ask\n--list`.\n\n```\n$ geoflow validate --all\nnothing\ngeoflow list   # all\n```\n`geoflow`"
    assert written_lines(text) == ["geoflow validate --all", "geoflow list   # all", "geoflow ask --list", "geoflow"]


OTHER_OUTPUTS = [
    "--json",
    "validate --all --strict --json",
    "list --json",
    "list --specs --json",
    "show kiln --json",
    "review --rules-only --json",
    "ask Siren? --json",
    "ask --list --json",
    "improve --dry-run --json",
    "improve --json",
    "improve --outcomes --json",
    "monitor record --json",
    "monitor show --json",
    "monitor check --json",
    "config show --json",
    "trust --list --json",
    "show nothing --json",
    "rules GF999 --json",
]


def test_what_commands_print_elsewhere_fits_the_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The schemas are learnt from one repository; these documents come from another one."""
    monkeypatch.chdir(make_repo(tmp_path / "kiln", TREE))
    git(tmp_path / "kiln", "commit", "-q", "--allow-empty", "-m", "second")
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    schemas = json.loads((FOLDER / SCHEMA_FILE).read_text("utf-8"))["$defs"]
    for line in OTHER_OUTPUTS:
        sample = run(line.split())
        assert sample, line
        schema = schemas.get(sample.schema) or schemas[f"{sample.schema} {sample.command}"]
        jsonschema.validate(sample.document, schema)


def test_a_schema_is_learnt_from_samples() -> None:
    schema = schema_of([{"a": 1, "b": [{"c": "x"}]}, {"a": None, "m": {"size.x": 1.5}}, {"a": 2, "m": {}}])
    assert schema["required"] == ["a"]
    assert schema["properties"]["a"] == {"type": ["integer", "null"]}
    assert schema["properties"]["m"]["additionalProperties"] == {"type": "number"}
    assert list(fields_of(schema)) == [
        ("a", "integer or null", True),
        ("b", "list of object", False),
        ("b[].c", "string", True),
        ("m", "map of number", False),
    ]
    jsonschema.validate({"a": 3, "more": "is welcome"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"b": []}, schema)
