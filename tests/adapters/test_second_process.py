"""A second process answers with what it worked out, or with nothing; it leaves no trace in the first one."""

import os
import sys
import threading

import pytest

from geoflow.adapters.second_process import begin_copy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a process is copied on Linux alone")


def test_the_answer_is_what_the_work_gave_whatever_its_size() -> None:
    answer = begin_copy(lambda: "größer\ud800" * 100_000)
    assert answer is not None
    assert answer() == "größer\ud800" * 100_000


def test_the_work_is_done_in_another_process_that_is_gone_afterwards() -> None:
    answer = begin_copy(lambda: str(os.getpid()))
    assert answer is not None
    other = int(answer())
    assert other != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def _fail() -> str:
    raise RuntimeError("this must reach nobody")


def _die() -> str:
    os._exit(1)


def test_work_that_fails_or_dies_has_no_answer_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for work in (_fail, _die):
        answer = begin_copy(work)
        assert answer is not None
        assert answer() == ""
    assert capfd.readouterr() == ("", "")


def test_a_process_with_threads_is_not_copied() -> None:
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert begin_copy(lambda: "never") is None
    finally:
        over.set()
        thread.join()
