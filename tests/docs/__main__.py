"""`make docs`: write every page of `.github/docs/` from the code."""

import sys

from tests.docs.pages import FOLDER, PAGES


def main() -> None:
    """Write the pages, and say which have changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        text, file = write(), FOLDER / name
        is_new = not file.exists() or file.read_text("utf-8") != text
        if is_new:
            file.write_text(text, "utf-8")
        sys.stdout.write(f"{'wrote' if is_new else 'same '}  {file.relative_to(FOLDER.parents[1])}\n")


if __name__ == "__main__":
    main()
