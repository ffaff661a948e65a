"""What is told of kept model calls, whatever somebody has written into the transcript."""

from typing import Any

from geoflow.metrics.calls import MOST, calls_told


def line(seconds: Any = 1.0, read: Any = 100, cached: Any = 0, written: Any = 10, **more: Any) -> dict[str, Any]:
    return {
        "gen_ai.prompt.name": "review-role",
        "geoflow.duration": seconds,
        "gen_ai.usage.input_tokens": read,
        "gen_ai.usage.cache_read.input_tokens": cached,
        "gen_ai.usage.output_tokens": written,
        **more,
    }


def test_the_slowest_and_the_costliest_are_others() -> None:
    slow, dear, cached = line(9.0, 50), line(1.0, 5_000), line(0.1, 9_000, 8_990)
    told = calls_told([cached, slow, dear])
    assert [one["seconds"] for one in told["slowest"]] == [9.0, 1.0, 0.1]
    assert [one["cost"] for one in told["costliest"]] == [5_010, 60, 20]


def test_there_are_few_of_many_and_sums_of_all() -> None:
    told = calls_told(
        [line(n) for n in range(50)] + [line(**{"gen_ai.prompt.name": "ask", "error.type": "model-timeout"})]
    )
    assert (told["count"], told["failed"], len(told["slowest"]), len(told["costliest"])) == (51, 1, MOST, MOST)
    assert [(one["prompt"], one["calls"], one["failed"]) for one in told["by_prompt"]] == [
        ("review-role", 50, 0),
        ("ask", 1, 1),
    ]


def test_a_field_of_another_type_counts_as_not_there() -> None:
    odd = [
        line("x", read=True, cached=-1, written=1e300),
        {"schema": "geoflow.call/1", "time": 5},
        line(float("nan"), None, [], {}),
    ]
    told = calls_told(odd)
    assert (told["count"], told["slowest"], told["costliest"]) == (3, [], [])
    assert calls_told([])["by_prompt"] == []
