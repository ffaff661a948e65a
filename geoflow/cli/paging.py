"""A long text in the person's own pager, the one that git would use."""

import os
import subprocess
import sys

from geoflow.adapters.git_process import GitProcess


def paged(text: str, git: GitProcess) -> None:
    """Show a text in the pager, or as a whole where there is none or it fails; the text is printable already."""
    pager = git.line("var", "GIT_PAGER")
    # As git starts it: colours pass, and a text of less than a screen needs no key to go on.
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    done = subprocess.run(
        ["sh", "-c", pager], input=text, env=environment, check=False, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        sys.stdout.write(text)
