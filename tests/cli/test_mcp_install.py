"""`geoflow mcp install`: geoflow's entry in a client's own file."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters import client_config
from geoflow.cli.app import app
from tests.builders import write_tree

FILES = {"claude-code": ".mcp.json", "cursor": ".cursor/mcp.json", "vscode": ".vscode/mcp.json"}
KEYS = {"claude-code": "mcpServers", "cursor": "mcpServers", "vscode": "servers", "lmstudio": "mcpServers"}
OTHER = '{"mcpServers": {"git": {"command": "git-mcp", "args": ["--all"]}}, "x": [1,2]}\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_tree(tmp_path / "Kiln (1)", {"openspec/specs/a/spec.md": "# A\n", "src/x.py": ""})
    monkeypatch.chdir(root / "src")
    monkeypatch.setenv("PATH", _with_command(tmp_path))
    return root


def _with_command(folder: Path) -> str:
    command = folder / "bin/geoflow"
    command.parent.mkdir()
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    return str(command.parent)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["mcp", "install", *arguments])


def installed(client: str, *arguments: str) -> dict[str, object]:
    result = run("--client", client, "--json", *arguments)
    assert result.exit_code == 0, result.output
    document: dict[str, object] = json.loads(result.stdout)
    assert document["schema"] == "geoflow.mcp-install/1"
    return document


@pytest.mark.parametrize("client", FILES)
def test_a_project_gets_a_file_that_everyone_can_use(root: Path, client: str) -> None:
    document = installed(client)
    file = root / FILES[client]
    assert (document["path"], document["name"], document["written"]) == (str(file), "geoflow", True)
    entry = json.loads(file.read_text())[KEYS[client]]["geoflow"]
    assert entry == document["entry"]
    assert entry["command"] == "geoflow"
    where = [] if client == "claude-code" else ["--root", "${workspaceFolder}"]
    assert entry["args"] == ["mcp", *where]
    assert entry.get("type") == ("stdio" if client == "vscode" else None)


def test_lm_studio_is_told_where_everything_is(root: Path) -> None:
    document = installed("lmstudio", "--capability", "read")
    file = Path.home() / ".lmstudio/mcp.json"
    [(name, entry)] = json.loads(file.read_text())["mcpServers"].items()
    assert name == document["name"] == "geoflow-Kiln-1"
    assert Path(entry["command"]).is_absolute()
    assert entry["args"][-5:] == ["mcp", "--root", str(root), "--capability", "read"]


def test_without_the_command_on_the_path_it_says_that_others_do_not_have_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    result = run("--client", "cursor")
    assert json.loads((root / ".cursor/mcp.json").read_text())["mcpServers"]["geoflow"]["command"] == "/nowhere/python"
    assert "a path that others do not have" in result.stderr


@pytest.mark.parametrize("client", KEYS)
def test_a_second_time_nothing_is_written(root: Path, client: str) -> None:
    place = client_config.place_of(client, root).file  # type: ignore[arg-type]
    assert installed(client)["written"] is True
    before = place.read_bytes(), place.stat().st_mtime_ns
    assert installed(client)["written"] is False
    assert (place.read_bytes(), place.stat().st_mtime_ns) == before
    assert "has this already" in run("--client", client).stdout


def test_other_servers_and_the_look_of_the_file_stay(root: Path) -> None:
    file = root / ".mcp.json"
    file.write_text(OTHER)
    file.chmod(0o640)
    installed("claude-code")
    assert file.read_text().startswith(OTHER[: OTHER.index("}}, ") + 1])
    assert file.read_text().endswith('}, "x": [1,2]}\n')
    assert [*json.loads(file.read_text())["mcpServers"]] == ["git", "geoflow"]
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        ('{"mcpServers": {"geoflow": {"command": "mine"}}}', "client-has-other", '"geoflow": {"command": "geoflow"'),
        ('{\n  // mine\n  "mcpServers": {}\n}', "client-config-unreadable", "line 2"),
        ("[]", "client-config-unreadable", "mcpServers"),
        ('{"mcpServers": []}', "client-config-unreadable", "mcpServers"),
        ('{"mcpServers": {}, "mcpServers": {}, "mcpServers": 5}', "client-config-unreadable", "mcpServers"),
        ("[" * 100_000, "client-config-unreadable", "no JSON"),
        ("\xff", "client-config-unreadable", "UTF-8"),
        (" " * 1_000_001, "client-config-unreadable", "1,000,001"),
    ],
)
def test_what_cannot_be_added_to_stays_as_it_is(root: Path, content: str, code: str, told: str) -> None:
    file = root / ".mcp.json"
    file.write_bytes(content.encode("latin-1"))
    result = run("--client", "claude-code", "--json")
    error = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (error["schema"], error["code"]) == ("geoflow.error/1", code)
    assert told in error["message"] + error["fix"]
    assert file.read_bytes() == content.encode("latin-1")


@pytest.mark.parametrize("client", FILES)
def test_a_link_that_leads_out_of_the_project_is_not_followed(root: Path, tmp_path: Path, client: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mcp.json").write_text("{}")
    file = root / FILES[client]
    link = file if client == "claude-code" else file.parent
    link.symlink_to(elsewhere / "mcp.json" if client == "claude-code" else elsewhere)
    result = run("--client", client, "--json")
    assert json.loads(result.stdout)["code"] == "outside-root"
    assert (elsewhere / "mcp.json").read_text() == "{}"


def test_a_file_of_the_users_own_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfiles.json").write_text("{}")
    (Path.home() / ".lmstudio").mkdir()
    (Path.home() / ".lmstudio/mcp.json").symlink_to(tmp_path / "dotfiles.json")
    installed("lmstudio")
    assert (Path.home() / ".lmstudio/mcp.json").is_symlink()
    assert "geoflow-Kiln-1" in (tmp_path / "dotfiles.json").read_text()


@pytest.mark.parametrize("client", KEYS)
def test_a_dry_run_shows_and_writes_nothing(root: Path, client: str) -> None:
    result = run("--client", client, "--dry-run")
    assert result.exit_code == 0
    assert "would get" in result.stdout
    assert '"mcp"' in result.stdout
    assert installed(client, "--dry-run")["written"] is False
    assert not client_config.place_of(client, root).file.parent.joinpath("mcp.json").exists()  # type: ignore[arg-type]
    assert not (root / ".mcp.json").exists()


def test_the_link_holds_the_entry(root: Path) -> None:
    result = run("--client", "lmstudio", "--link")
    url = urlsplit(result.stdout.strip())
    assert (url.scheme, url.netloc, url.path) == ("https", "lmstudio.ai", "/install-mcp")
    given = parse_qs(url.query)
    document = installed("lmstudio", "--dry-run")
    assert given["name"] == [document["name"]]
    assert json.loads(base64.b64decode(given["config"][0])) == document["entry"]
    assert document["link"] == result.stdout.strip()
    assert not (Path.home() / ".lmstudio").exists()
    assert run("--client", "cursor", "--link").exit_code == 2


def test_without_specs_there_is_nothing_to_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("--client", "cursor", "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (3, "no-openspec")


def test_a_folder_that_cannot_be_made_is_told(root: Path) -> None:
    (root / ".cursor").write_text("a file")
    result = run("--client", "cursor", "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (3, "client-config-unreadable")
    assert (root / ".cursor").read_text() == "a file"


def test_the_server_starts_as_a_client_would_start_it(root: Path, tmp_path: Path) -> None:
    entry: Any = installed("lmstudio", "--capability", "improve")["entry"]
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
    command = [entry["command"], *entry["args"]]
    done = subprocess.run(command, cwd=tmp_path, input=message + "\n", capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["result"]["serverInfo"]["name"] == "geoflow"
