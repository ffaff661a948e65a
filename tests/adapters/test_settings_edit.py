from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.settings_edit import set_value, with_value
from geoflow.errors import GeoflowError


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "llm:\n  model: m-1\n"),
        ("# mine", "# mine\nllm:\n  model: m-1\n"),
        ("llm:", "llm:\n  model: m-1"),
        ("llm: # none\nrules:\n  off: []\n", "llm:\n  model: m-1 # none\nrules:\n  off: []\n"),
        ("llm: ~\n", "llm:\n  model: m-1\n"),
        ("llm: {}\n", "llm: {model: m-1}\n"),
        ("{}\n", "{llm: {model: m-1}}\n"),
        ("{rules: {off: []}}", "{llm: {model: m-1}, rules: {off: []}}"),
        ("llm: {model: a, timeout: 3} # c\n", "llm: {model: m-1, timeout: 3} # c\n"),
        (
            "llm:\n    # why\n    model:   a   # c\n    timeout: 3\n",
            "llm:\n    # why\n    model: m-1   # c\n    timeout: 3\n",
        ),
        ("llm:\n    timeout: 3\n", "llm:\n    model: m-1\n    timeout: 3\n"),
        ("llm:\n  model:\n  timeout: 3\n", "llm:\n  model: m-1\n  timeout: 3\n"),
        ("llm:\n  model: 'it''s'\n", "llm:\n  model: m-1\n"),
        ("llm:\n  model: >-\n    two\n    lines\n  timeout: 3\n", "llm:\n  model: m-1\n  timeout: 3\n"),
        ("llm:\n  model:\n    below\n", "llm:\n  model: m-1\n"),
        ("---\nllm:\n  timeout: 3\n...\n", "---\nllm:\n  model: m-1\n  timeout: 3\n...\n"),
        ("---\nrules:\n  off: []\n...\n", "---\nrules:\n  off: []\nllm:\n  model: m-1\n...\n"),
        ("rules:\n  off:\n  - GF301\n# end\n", "rules:\n  off:\n  - GF301\n# end\nllm:\n  model: m-1\n"),
        ("llm:\r\n  model: a # c\r\n", "llm:\r\n  model: m-1 # c\r\n"),
        ("\ufeffllm:\n  model: a\n", "\ufeffllm:\n  model: m-1\n"),
    ],
)
def test_one_value_changes_and_every_other_character_stays(old: str, new: str) -> None:
    assert with_value(old, "llm.model", "m-1") == new
    assert with_value(new, "llm.model", "m-1") == new


@given(st.text(max_size=30), st.sampled_from(["", "# c\n", "llm:\n  model: a # c\n", "llm: {timeout: 3}\n"]))
def test_whatever_the_name_it_is_read_back_as_it_was(name: str, old: str) -> None:
    from ruamel.yaml import YAML

    read = YAML(typ="safe", pure=True).load(with_value(old, "llm.model", name))
    assert read["llm"]["model"] == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("llm: [\n", "settings-invalid"),
        ("- llm\n", "settings-invalid"),
        ("llm: quick\n", "settings-invalid"),
        ("llm:\n  model: a\n  model: b\n", "settings-invalid"),
        ("[" * 3000, "settings-invalid"),
        ("a: &x\n  b: c\nllm: *x\n", "settings-unwritable"),
    ],
)
def test_what_cannot_be_edited_safely_is_left_alone(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "geoflow.yaml"
    file.write_text(text)
    with pytest.raises(GeoflowError) as caught:
        set_value(file, "llm.model", "m-1")
    assert caught.value.code == code
    assert str(file) in caught.value.message
    assert caught.value.fix
    assert file.read_text() == text


def test_a_missing_file_is_made_for_this_user_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "geoflow.yaml"
    assert set_value(file, "llm.model", "m-1")
    assert file.read_text() == "llm:\n  model: m-1\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not set_value(file, "llm.model", "m-1")
    assert list(file.parent.iterdir()) == [file]


def test_the_rights_of_a_file_and_a_link_to_it_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "dotfiles.yaml", tmp_path / "geoflow.yaml"
    file.write_text("llm:\n  timeout: 3\n")
    file.chmod(0o644)
    link.symlink_to(file)
    assert set_value(link, "llm.model", "m-1")
    assert link.is_symlink()
    assert file.read_text() == "llm:\n  model: m-1\n  timeout: 3\n"
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside.yaml", tmp_path / "openspec"
    root.mkdir()
    outside.write_text("a: 1\n")
    (root / "geoflow.yaml").symlink_to(outside)
    with pytest.raises(GeoflowError) as caught:
        set_value(root / "geoflow.yaml", "llm.model", "m-1", root)
    assert caught.value.code == "outside-root"
    assert outside.read_text() == "a: 1\n"


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "geoflow.yaml").mkdir()
    with pytest.raises(GeoflowError) as caught:
        set_value(tmp_path / "geoflow.yaml", "llm.model", "m-1")
    assert caught.value.code == "settings-unwritable"
