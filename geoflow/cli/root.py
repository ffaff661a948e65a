"""The folder that a command works in. Light: the hot commands come through here."""

import os

from geoflow.errors import GeoflowError
from geoflow.openspec.disk import find_root


def root_here() -> str:
    """Find the folder that holds `openspec/`: here or the nearest one above; GeoflowError `no-openspec`."""
    try:
        here = os.getcwd()  # noqa: PTH109  (pathlib costs more than the whole command)
    except FileNotFoundError:
        raise GeoflowError(
            "The folder you are in was deleted.", fix="Go to a folder that exists.", code="no-folder"
        ) from None
    root = find_root(here)
    if root is None:
        raise GeoflowError(
            f"There is no openspec/ folder in {here} or above it.",
            fix="Go to a folder that has one, or make it: `mkdir -p openspec/specs`.",
            code="no-openspec",
        )
    return root
