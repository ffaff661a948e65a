"""Where the files that ship with geoflow lie."""

from pathlib import Path


def templates_folder() -> Path:
    """Find the folder of templates: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    packed = package / "_templates"
    return packed if packed.is_dir() else package.parent / "templates"
