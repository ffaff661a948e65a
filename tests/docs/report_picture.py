"""`make picture`: what the report of this project's own specs looks like in Chromium, for the README."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser import Page, chromium
from tests.docs.pages import FOLDER

FILE = FOLDER / "report.png"
WIDTH, HEIGHT = 1200, 1250  # of what is seen first
ROOT = FOLDER.parents[1]


def main() -> None:
    """Measure the whole history in a clone, so that this repository gets no records from it, and look at the page."""
    with tempfile.TemporaryDirectory() as folder, chromium(Path(folder)) as browser:
        clone, page = Path(folder) / "geoflow", Path(folder) / "report.html"
        _run(["git", "clone", "--quiet", str(ROOT), str(clone)], ROOT)
        _run(["git", "checkout", "--quiet", "-B", "main"], clone)
        for words in (["backfill"], ["record"], ["report", "--last", "200", "--out", str(page)]):
            _run([sys.executable, "-m", "geoflow", "monitor", *words], clone)
        clip = {"x": 0.0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": 1}
        Page(browser, page.as_uri(), WIDTH).picture(FILE, clip)
    sys.stdout.write(f"wrote  {FILE.relative_to(ROOT)}\n")


def _run(words: list[str], folder: Path) -> None:
    subprocess.run(words, cwd=folder, check=True, capture_output=True)


if __name__ == "__main__":
    main()
