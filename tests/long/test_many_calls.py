"""Ten thousand calls of a model in one process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.test_many_calls import call, two_servers
from tests.servers import model_server

MEGABYTES = 1024 * 1024


@pytest.mark.long
def test_memory_is_flat_over_ten_thousand_calls(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    import psutil

    process = psutil.Process()
    with model_server(always={"vague": True}) as first, model_server(always={"vague": True}) as second:
        model = two_servers(first, second, tmp_path)
        call(model, 1_000, first, second)
        before = process.memory_info().rss
        for _ in range(9):
            call(model, 1_000, first, second)
        after = process.memory_info().rss
    told = f"{before / MEGABYTES:.1f} MB after 1,000 calls, {after / MEGABYTES:.1f} MB after 10,000"
    record_property("resident memory", told)
    assert after - before < 8 * MEGABYTES, told
