from pathlib import Path

import pytest

from geoflow.adapters.folders import mcp_file
from geoflow.adapters.mcp_config import ServerEntry, read_servers
from geoflow.errors import ExitCode, GeoflowError


def read(tmp_path: Path, text: str) -> dict[str, ServerEntry]:
    file = tmp_path / "mcp.json"
    file.write_text(text, encoding="utf-8")
    return read_servers(file)


def test_without_a_file_there_are_no_servers(tmp_path: Path) -> None:
    assert read_servers(tmp_path / "none" / "mcp.json") == {}
    assert mcp_file().name == "mcp.json"


@pytest.mark.parametrize("text", ["{}", '{"mcpServers": {}}', '{"mcpServers": null, "inputs": []}', "\ufeff{}"])
def test_a_file_may_name_no_server(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == {}


def test_commands_and_addresses_are_read_and_the_rest_is_overlooked(tmp_path: Path) -> None:
    servers = read(
        tmp_path,
        """{"mcpServers": {
            "docs": {"type": "stdio", "command": "npx", "args": ["-y", "docs", 3], "env": {"N": 1, "T": "x"}, "cwd": "a"},
            "wiki": {"url": "https://wiki.example/mcp", "headers": {"Authorization": "Bearer x"}, "disabled": false}
        }, "inputs": []}""",
    )
    assert servers == {
        "docs": ServerEntry("npx", ("-y", "docs", "3"), {"N": "1", "T": "x"}, tmp_path / "a"),
        "wiki": ServerEntry(url="https://wiki.example/mcp", headers={"Authorization": "Bearer x"}),
    }


def test_the_word_of_vs_code_is_understood_and_that_of_the_others_wins(tmp_path: Path) -> None:
    text = '{"mcpServers": {"a": {"command": "x"}}, "servers": {"a": {"command": "y"}, "b": {"command": "z"}}}'
    assert read(tmp_path, text) == {"a": ServerEntry("x"), "b": ServerEntry("z")}


def test_a_folder_may_begin_at_home(tmp_path: Path) -> None:
    text = '{"servers": {"a": {"command": "x", "cwd": "~/tools"}}}'
    assert read(tmp_path, text)["a"].cwd == tmp_path / "home" / "tools"


def test_secrets_are_not_in_the_shown_form() -> None:
    entry = ServerEntry("x", ("--key", "sk-1"), {"K": "sk-2"}, headers={"Authorization": "sk-3"})
    assert "sk-" not in repr(entry)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{\n  "mcpServers": {,}\n}', "mcp.json:2 is not JSON"),
        ("", "mcp.json:1 is not JSON"),
        ("[]", 'needs an object with "mcpServers"'),
        ("[" * 100_000, "mcp.json cannot be read"),
        ('{"mcpServers": []}', ""),
        ('{"mcpServers": ["docs"]}', '"mcpServers" that is no object'),
        ('{"mcpServers": {"docs": "npx"}}', '"docs" is no object'),
        ('{"mcpServers": {"docs": {}}}', '"docs" has neither "command" nor "url"'),
        ('{"mcpServers": {"docs": {"command": " "}}}', '"docs" has neither'),
        ('{"mcpServers": {"docs": {"command": "x", "url": "http://x"}}}', '"docs" has both'),
        ('{"mcpServers": {"docs": {"url": "ftp://x"}}}', "no http address"),
        ('{"mcpServers": {"docs": {"url": "http://[x"}}}', "no http address"),
        ('{"mcpServers": {"docs": {"command": ["x"]}}}', '"command" that is no text'),
        ('{"mcpServers": {"docs": {"command": "x", "args": "y"}}}', '"args" that are no list'),
        ('{"mcpServers": {"docs": {"command": "x", "args": [{}]}}}', '"args" that is no text'),
        ('{"mcpServers": {"docs": {"command": "x", "env": {"A": true}}}}', '"env" that is no text'),
        ('{"mcpServers": {"docs": {"command": "x", "env": ["A=1"]}}}', '"env" that is no object'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    if not words:
        assert read(tmp_path, text) == {}
        return
    with pytest.raises(GeoflowError) as caught:
        read(tmp_path, text)
    assert (caught.value.code, caught.value.exit_code) == ("mcp-config-invalid", ExitCode.USAGE)
    assert str(tmp_path / "mcp.json") in caught.value.message
    assert words in caught.value.message


@pytest.mark.parametrize("content", [b"\xff\xfe", b" " * 1_000_001])
def test_a_file_that_is_no_list_of_servers_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mcp.json"
    file.write_bytes(content)
    with pytest.raises(GeoflowError, match=r"mcp\.json (cannot be read|is larger)"):
        read_servers(file)
