"""A second process answers with what it worked out, or with nothing; it leaves no trace in the first one.

Each is tried in a process of its own: the one that runs the tests may have threads, and is not copied then.
"""

import subprocess
import sys
from textwrap import dedent

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a process is copied on Linux alone")


def run_alone(code: str) -> tuple[int, str, str]:
    """Run code in a fresh process, with `begin_copy` at hand."""
    head = "import os, threading\nfrom geoflow.adapters.second_process import begin_copy\n"
    done = subprocess.run(
        [sys.executable, "-c", head + dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_the_answer_is_what_the_work_gave_whatever_its_size() -> None:
    code = r"""
        text = "größer\ud800" * 100_000
        print(begin_copy(lambda: text)() == text)
    """
    assert run_alone(code) == (0, "True\n", "")


def test_the_work_is_done_in_another_process_that_is_gone_afterwards() -> None:
    code = """
        other = int(begin_copy(lambda: str(os.getpid()))())
        try:
            os.kill(other, 0)
        except ProcessLookupError:
            print(other != os.getpid())
    """
    assert run_alone(code) == (0, "True\n", "")


@pytest.mark.parametrize("work", ["lambda: 1 // 0", "lambda: os._exit(1)"])
def test_work_that_fails_or_dies_has_no_answer_and_says_nothing(work: str) -> None:
    assert run_alone(f"print(repr(begin_copy({work})()))") == (0, "''\n", "")


def test_a_process_with_threads_is_not_copied() -> None:
    code = """
        over = threading.Event()
        threading.Thread(target=over.wait).start()
        print(begin_copy(lambda: "never"))
        over.set()
    """
    assert run_alone(code) == (0, "None\n", "")
