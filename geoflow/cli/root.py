"""The folder that a command works in. Light: the hot commands come through here."""

import os
import sys

from geoflow.errors import GeoflowError
from geoflow.openspec.disk import find_root
from geoflow.openspec.listing import CONFIGS


def root_here(store: str = "") -> str:
    """Find the folder that holds `openspec/`: here or the nearest one above.

    Raises:
        GeoflowError: There is none (`no-openspec`), or a store would be used (`store-not-supported`): the one that was
            asked for, one that a config names, or the user's default.
    """
    if store:
        from geoflow.openspec.stores import no_store

        raise no_store(store, "asked for with --store")
    try:
        here = os.getcwd()  # noqa: PTH109  (pathlib costs more than the whole command)
    except FileNotFoundError:
        raise GeoflowError(
            "The folder you are in was deleted.", fix="Go to a folder that exists.", code="no-folder"
        ) from None
    root = find_root(here)
    if root is None:
        from geoflow.openspec.stores import default_store, no_store

        default, path = default_store()
        if default:
            raise no_store(default, f"the default for folders without openspec/, set in {path}")
        raise GeoflowError(
            f"There is no openspec/ folder in {here} or above it.",
            fix="Go to a folder that has one, or make it with: geoflow init",
            code="no-openspec",
        )
    _warn_of_config(root)
    return root


def _warn_of_config(root: str) -> None:
    """Say on stderr what the config asks for and does not get."""
    raw = _read_config(root)
    if not any(map(_asks_for_more, raw.splitlines())):
        return
    from geoflow.openspec.metadata import config_problem

    text = raw.decode("utf-8", "surrogateescape")
    warnings = [config_problem(text)]
    if b"store" in raw:
        from geoflow.openspec.stores import ignored_store

        warnings.append(ignored_store(text))
    for warning in filter(None, warnings):
        from geoflow.cli.render import printable

        sys.stderr.write(f"geoflow: openspec/config: {printable(warning)}\n")


def _asks_for_more(line: bytes) -> bool:
    """Tell whether a line of a config may name a store or another schema; most name neither, and pay for no reader."""
    named = line.lstrip(b" \"'").startswith((b"schema", b"store", b"{"))
    return named and line.rstrip() != b"schema: spec-driven"


def _read_config(root: str) -> bytes:
    for name in CONFIGS:
        try:
            with open(os.path.join(root, "openspec", name), "rb") as file:  # noqa: PTH118, PTH123
                return file.read()
        except FileNotFoundError:
            continue
        except OSError:
            break
    return b""
