from pathlib import Path

import pytest

from geoflow.adapters.model_profiles import ModelProfiles
from geoflow.errors import GeoflowError
from geoflow.metrics.bench_items import VERSION

RESULT = {"backend": "lm-studio", "model": "big-one", "set": VERSION, "profile": "large"}


@pytest.fixture
def profiles(tmp_path: Path) -> ModelProfiles:
    return ModelProfiles(tmp_path / "data" / "bench.json")


def test_a_model_that_was_never_benched_is_small(profiles: ModelProfiles) -> None:
    assert profiles.profile("lm-studio", "big-one") == "small"


def test_the_last_result_of_a_model_counts_and_others_stay(profiles: ModelProfiles) -> None:
    profiles.keep(RESULT)
    profiles.keep(RESULT | {"model": "other", "profile": "small"})
    assert profiles.profile("lm-studio", "big-one") == "large"

    profiles.keep(RESULT | {"profile": "small"})

    assert profiles.profile("lm-studio", "big-one") == "small"
    assert profiles.profile("embedded", "big-one") == "small"


def test_a_result_over_an_older_set_of_questions_does_not_count(profiles: ModelProfiles) -> None:
    profiles.keep(RESULT | {"set": VERSION - 1})
    assert profiles.profile("lm-studio", "big-one") == "small"


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"lm-studio big-one": []}', b"[" * 100_000])
def test_a_file_that_holds_no_results_is_none_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bench.json"
    file.write_bytes(content)
    profiles = ModelProfiles(file)
    assert profiles.profile("lm-studio", "big-one") == "small"

    profiles.keep(RESULT)

    assert profiles.profile("lm-studio", "big-one") == "large"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_result_that_cannot_be_kept_is_told_with_a_fix(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way of the folder")

    with pytest.raises(GeoflowError) as raised:
        ModelProfiles(tmp_path / "data" / "bench.json").keep(RESULT)

    assert raised.value.code == "result-not-kept"
    assert "llm.profile" in raised.value.fix
