"""What to type for an extra of geoflow: the packages themselves, since `geoflow` on PyPI is another project."""

import sys
from pathlib import Path


def install_line(extra: str) -> str:
    """Give the command that installs what an extra needs into the environment that geoflow runs in.

    The packages are those that the installed metadata names for this system. Where it names none, as when geoflow runs
    from a folder that was never installed, the line is for a clone. It takes some 30 ms: for failures and overviews.
    """
    if needed := _needed(extra):
        return " ".join([_installer(Path(sys.prefix)), *(f'"{one}"' for one in needed)])
    return f'pip install ".[{extra}]" (in a clone of geoflow)'


def _needed(extra: str) -> list[str]:
    """Read what the extra adds to what geoflow needs anyway, without the conditions that hold here."""
    from importlib.metadata import PackageNotFoundError, requires

    from packaging.requirements import InvalidRequirement, Requirement

    try:
        named = [Requirement(line) for line in requires("geoflow") or ()]
    except (PackageNotFoundError, InvalidRequirement):
        return []
    added = [one for one in named if one.marker and one.marker.evaluate({"extra": extra})]
    added = [one for one in added if one.marker and not one.marker.evaluate({"extra": ""})]
    for one in added:
        one.marker = None
    return [str(one) for one in added]


def _installer(environment: Path) -> str:
    """Give the command that installs there: `pip install` of a shell does not reach what pipx and uv keep apart."""
    if Path(environment, "pipx_metadata.json").is_file():
        return f"pipx inject {environment.name}"
    if _is_made_by_uv(environment):
        return f'uv pip install --python "{environment}"'
    return "pip install"


def _is_made_by_uv(environment: Path) -> bool:
    # Such an environment has no pip of its own; uv writes its version into the file that every environment has.
    try:
        lines = Path(environment, "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return any(line.partition("=")[0].strip() == "uv" for line in lines)
