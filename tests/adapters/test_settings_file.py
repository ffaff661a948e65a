from collections.abc import Mapping
from pathlib import Path

import pytest

from geoflow.adapters.setting_trust import WANT_TRUST
from geoflow.adapters.setting_values import PROJECT_FILE
from geoflow.adapters.settings_file import LoadedSettings, read_settings
from geoflow.adapters.trust_items import items_of
from geoflow.adapters.trust_store import TrustItem, Trusts, trusts_nothing
from geoflow.errors import ExitCode, GeoflowError
from geoflow.settings import ModelSettings, Settings
from tests.builders import write_tree


def load(
    tmp_path: Path,
    *,
    environ: Mapping[str, str] | None = None,
    project: str | None = None,
    user: str | None = None,
    trusts: Trusts = trusts_nothing,
) -> LoadedSettings:
    project_file, user_file = tmp_path / "geoflow.yaml", tmp_path / "user.yaml"
    for file, text in ((project_file, project), (user_file, user)):
        if text is not None:
            file.write_text(text)
    return read_settings(environ or {}, project_file, user_file, trusts)


def test_without_files_and_environment_the_defaults_hold(tmp_path: Path) -> None:
    loaded = load(tmp_path, environ={"HOME": "/x", "GEOFLOW_TEST_OPENSPEC": "/bin/openspec"})
    assert (loaded.settings, loaded.sources, loaded.notices) == (Settings(), {}, ())


def test_the_environment_wins_over_the_project_and_the_project_over_the_user(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        environ={"GEOFLOW_LLM__MODEL": "from-environment"},
        project="llm:\n  model: from-project\n  timeout: 90\n",
        user="llm:\n  model: from-user\n  timeout: 30\n  context_tokens: 16384\n",
    )
    assert loaded.settings.llm == ModelSettings(model="from-environment", timeout=90.0, context_tokens=16384)
    assert loaded.sources == {
        "llm.model": "GEOFLOW_LLM__MODEL",
        "llm.timeout": str(tmp_path / "geoflow.yaml"),
        "llm.context_tokens": str(tmp_path / "user.yaml"),
    }


@pytest.mark.parametrize("url", ["http://10.0.0.7:1234", "https://evil.example/v1", "evil.example"])
def test_a_project_cannot_name_another_machine(tmp_path: Path, url: str) -> None:
    loaded = load(tmp_path, project=f"llm:\n  base_url: {url}\n")
    assert loaded.settings.llm.base_url == ""
    assert "llm.base_url" in loaded.notices[0]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/v1", "none", "localhost:1234"])
def test_a_project_may_name_this_machine_or_no_model(tmp_path: Path, url: str) -> None:
    loaded = load(tmp_path, project=f"llm:\n  base_url: {url}\n")
    assert (loaded.settings.llm.base_url, loaded.notices) == (url, ())


def test_a_project_cannot_set_a_key(tmp_path: Path) -> None:
    loaded = load(tmp_path, project="llm:\n  api_key: theirs\n", user="llm:\n  api_key: mine\n")
    assert loaded.settings.llm.api_key == "mine"
    assert "llm.api_key" in loaded.notices[0]
    assert "theirs" not in loaded.notices[0]


def test_a_key_is_not_sent_to_an_address_that_a_project_chose(tmp_path: Path) -> None:
    project = "llm:\n  base_url: http://127.0.0.1:6666\n"
    user = "llm:\n  base_url: https://models.example/v1\n  api_key: mine\n"
    loaded = load(tmp_path, project=project, user=user)
    assert (loaded.settings.llm.base_url, loaded.settings.llm.api_key) == ("http://127.0.0.1:6666", "")
    assert "not sent" in loaded.notices[0]
    mine = load(tmp_path, environ={"GEOFLOW_LLM__BASE_URL": "http://127.0.0.1:6666"})
    assert (mine.settings.llm.api_key, mine.notices) == ("mine", ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("llm:\n  modell: x\n", "did you mean model?"),
        ("lm:\n  model: x\n", "did you mean llm?"),
        ("llm:\n  timeout: soon\n", "no number"),
        ("llm:\n  timeout: -1\n", "no number"),
        ("llm:\n  timeout: true\n", "no number"),
        ("llm:\n  model: [a, b]\n", "no text"),
        ("llm: quick\n", "needs settings below"),
        ("- llm\n", "list of sections"),
        ("llm:\n  model: [\n", "is not YAML"),
        ("llm:\n  model: a\n  model: b\n", "is not YAML"),
        ("[" * 3000, "geoflow.yaml"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(GeoflowError) as caught:
        load(tmp_path, project=text)
    assert (caught.value.code, caught.value.exit_code) == ("settings-invalid", ExitCode.USAGE)
    assert words in caught.value.message
    assert "geoflow.yaml" in caught.value.message


def test_a_mistake_in_the_environment_is_told(tmp_path: Path) -> None:
    with pytest.raises(GeoflowError, match=r"GEOFLOW_LLM__MODLE.*did you mean model\?"):
        load(tmp_path, environ={"GEOFLOW_LLM__MODLE": "x"})


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"---\n"])
def test_an_empty_file_sets_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "geoflow.yaml").write_bytes(content)
    assert load(tmp_path).settings == Settings()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a" * 1_000_001])
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "geoflow.yaml").write_bytes(content)
    with pytest.raises(GeoflowError) as caught:
        load(tmp_path)
    assert caught.value.code == "settings-invalid"


@pytest.mark.parametrize(
    "project",
    ["rules:\n  off: [GF301, gf205]\n", "rules:\n  off: GF205 GF301\n", "rules:\n  off:\n    - GF301\n    - GF205\n"],
)
def test_rules_are_switched_off_by_a_list_or_by_words(tmp_path: Path, project: str) -> None:
    loaded = load(tmp_path, project=project)
    assert (loaded.settings.rules.off, loaded.notices) == (("GF205", "GF301"), ())


def test_the_environment_may_switch_rules_off(tmp_path: Path) -> None:
    loaded = load(tmp_path, environ={"GEOFLOW_RULES__OFF": "GF301,GF308"}, project="rules:\n  off: [GF101]\n")
    assert loaded.settings.rules.off == ("GF301", "GF308")
    assert loaded.settings.llm == ModelSettings()


def test_a_rule_that_does_not_exist_is_told_with_the_nearest_one_and_the_others_stay_off(tmp_path: Path) -> None:
    loaded = load(tmp_path, project="rules:\n  off: [GF40, OS-S10, bananas, GF303]\n")
    assert loaded.settings.rules.off == ("GF303",)
    place = f"{tmp_path / 'geoflow.yaml'} sets rules.off: "
    assert loaded.notices == (
        f"{place}there is no rule GF40; did you mean GF401?",
        f"{place}OS-S10 is a rule of OpenSpec, which cannot be switched off: its verdicts are those of the npm CLI.",
        f"{place}there is no rule bananas.",
    )


@pytest.mark.parametrize("value", ["{a: b}", "[[GF301]]", "true"])
def test_rules_that_are_no_list_of_words_are_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(GeoflowError, match=r"rules\.off") as failure:
        load(tmp_path, project=f"rules:\n  off: {value}\n")
    assert failure.value.code == "settings-invalid"


def test_no_rule_off_is_no_rule_off(tmp_path: Path) -> None:
    assert load(tmp_path, project="rules:\n  off:\n").settings == Settings()


def trusts_all(item: TrustItem) -> bool:
    return True


def test_a_trusted_address_counts_and_the_question_is_asked_of_what_would_be_used(tmp_path: Path) -> None:
    asked: list[str] = []

    def trusts(item: TrustItem) -> bool:
        asked.append(item.content)
        return True

    project = "llm:\n  base_url: [127.0.0.1:1, http://198.51.100.7/v1/models]\n"
    loaded = load(tmp_path, project=project, trusts=trusts)
    assert loaded.settings.llm.base_url == "127.0.0.1:1,http://198.51.100.7/v1/models"
    assert (asked, loaded.notices) == (["http://127.0.0.1:1/v1,http://198.51.100.7/v1"], ())


def test_trust_in_an_address_is_no_leave_to_send_it_the_key(tmp_path: Path) -> None:
    project = "llm:\n  base_url: http://198.51.100.7/v1\n  api_key: theirs\n"
    mine = "llm:\n  base_url: https://models.example/v1\n  api_key: mine\n"
    loaded = load(tmp_path, project=project, user=mine, trusts=trusts_all)
    assert (loaded.settings.llm.base_url, loaded.settings.llm.api_key) == ("http://198.51.100.7/v1", "")
    same = load(tmp_path, project=project, user=mine.replace("https://models.example", "http://198.51.100.7"))
    assert (same.settings.llm.base_url, same.settings.llm.api_key) == ("http://198.51.100.7/v1", "mine")


def test_one_address_of_several_beyond_this_machine_makes_the_whole_setting_inert(tmp_path: Path) -> None:
    loaded = load(tmp_path, project="llm:\n  base_url: 127.0.0.1:1234, http://198.51.100.7/v1\n")
    assert loaded.settings.llm.base_url == ""
    assert "geoflow trust" in loaded.notices[0]


def test_the_environment_s_address_makes_the_project_s_one_no_matter(tmp_path: Path) -> None:
    environ = {"GEOFLOW_LLM__BASE_URL": "none", "GEOFLOW_LLM__API_KEY": "mine"}
    loaded = load(tmp_path, environ=environ, project="llm:\n  base_url: http://198.51.100.7/v1\n")
    assert (loaded.settings.llm.base_url, loaded.settings.llm.api_key, loaded.notices) == ("none", "mine", ())


@pytest.mark.parametrize(("value", "wanted"), [("true", True), ("on", True), ("false", False), ("No", False)])
def test_a_switch_is_read_in_its_usual_forms(value: str, wanted: bool, tmp_path: Path) -> None:  # noqa: FBT001
    assert load(tmp_path, project=f"improve:\n  veto: {value}\n").settings.improve.veto is wanted
    assert load(tmp_path, environ={"GEOFLOW_IMPROVE__VETO": value}).settings.improve.veto is wanted


def test_a_switch_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GeoflowError, match="neither true nor false"):
        load(tmp_path, project="improve:\n  veto: sometimes\n")


def test_what_is_inert_is_what_geoflow_trust_lists(tmp_path: Path) -> None:
    text = "llm:\n  base_url: http://198.51.100.7/v1\n  executor: dask://127.0.0.1:8786\ntools:\n  allow: [clock]\n"
    write_tree(tmp_path, {PROJECT_FILE: text})
    listed, broken = items_of(tmp_path)
    assert ({item.name for item in listed}, broken) == (set(WANT_TRUST), {})
    told = read_settings({}, tmp_path / PROJECT_FILE, tmp_path / "none").notices
    assert [name for name in WANT_TRUST if not any(f"sets {name}" in one for one in told)] == []
    trusted = read_settings({}, tmp_path / PROJECT_FILE, tmp_path / "none", lambda _: True)
    assert (trusted.notices, set(trusted.sources)) == ((), set(WANT_TRUST))
