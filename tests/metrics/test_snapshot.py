"""Snapshots as lines."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.metrics.snapshot import Quantity, Snapshot, from_line, read_note, to_line, with_units

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15, allow_nan=False)
QUANTITIES = st.dictionaries(st.text(), st.builds(Quantity, NUMBERS, st.text()), max_size=4)
MOMENTS = st.integers(0, 32_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
SNAPSHOTS = st.builds(
    Snapshot,
    commit=st.text(),
    inputs=st.text(),
    recorded_at=MOMENTS,
    geoflow=st.text(),
    source=st.text(),
    derived=QUANTITIES,
    observed=QUANTITIES,
)


def snapshot(commit: str = "c", *, day: int = 1) -> Snapshot:
    return Snapshot(
        commit, "tree", datetime(2026, 11, day, tzinfo=UTC), "0.1", "record", with_units({"size.specs": 3.0})
    )


@given(SNAPSHOTS)
def test_a_line_reads_back_as_the_snapshot_it_was_made_from(made: Snapshot) -> None:
    line = to_line(made)
    assert line.isprintable()
    assert from_line(line) == made


def test_the_record_has_the_fields_that_scripts_rely_on() -> None:
    assert json.loads(to_line(snapshot())) == {
        "schema": 1,
        "commit": "c",
        "inputs": "tree",
        "recorded_at": "2026-11-01T00:00:00Z",
        "geoflow": "0.1",
        "source": "record",
        "derived": {"size.specs": {"value": 3, "unit": "{spec}"}},
        "observed": {},
    }


def test_times_are_written_in_utc() -> None:
    there = timezone(timedelta(hours=5))
    made = Snapshot("c", "t", datetime(2026, 11, 1, 3, tzinfo=there), "0.1", "record", {})
    assert json.loads(to_line(made))["recorded_at"] == "2026-10-31T22:00:00Z"


def test_fields_of_a_newer_geoflow_are_passed_over() -> None:
    record = snapshot().document() | {"new": 1}
    record["derived"]["new.measure"] = {"value": 1, "unit": "1", "more": []}
    read = from_line(json.dumps(record))
    assert read is not None
    assert read.derived["new.measure"] == Quantity(1, "1")
    assert read.commit == "c"


@pytest.mark.parametrize(
    "entry",
    [None, 3, {"value": "3", "unit": "1"}, {"value": True, "unit": "1"}, {"value": 3}, {"value": 3, "unit": None}]
    + [{"value": value, "unit": "1"} for value in (float("nan"), float("inf"), 10**400)],
)
def test_a_value_that_is_no_number_with_a_unit_is_passed_over(entry: object) -> None:
    record = snapshot().document()
    record["derived"]["bad"] = entry
    read = from_line(json.dumps(record))
    assert read is not None
    assert list(read.derived) == ["size.specs"]


@pytest.mark.parametrize(
    "line",
    ["", "not JSON", "[]", "3", "null", "{}", '{"schema":2}', "[" * 100_000, to_line(snapshot())[:-9]]
    + [
        json.dumps({**snapshot().document(), **wrong})
        for wrong in ({"commit": 3}, {"recorded_at": "yesterday"}, {"schema": 2})
    ],
)
def test_a_line_that_is_no_record_is_none(line: str) -> None:
    assert from_line(line) is None


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_no_line_ends_in_an_exception(line: str) -> None:
    assert from_line(line) is None


def test_a_note_gives_its_records_oldest_first_and_leaves_out_the_rest() -> None:
    lines = [to_line(snapshot(day=3)), "broken", "", to_line(snapshot("other", day=2)), to_line(snapshot(day=1))]
    assert read_note("c", "\n".join(lines)) == [snapshot(day=1), snapshot(day=3)]
