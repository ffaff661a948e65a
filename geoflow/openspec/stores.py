"""Where the npm CLI would go on in a store, which geoflow does not have; a part of the door to the disk.

A store is a repository of specs that is registered under an id. What is said here names the id and who asked for it, so
that nobody takes the verdict on some other tree for the verdict on theirs.
"""

import os
from collections.abc import Mapping
from typing import Any

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.flat_yaml import YamlError, parse_yaml
from geoflow.openspec.listing import CONFIGS, data_folder


def refuse_store(folder: str) -> None:
    """Check an `openspec/` that holds nothing but a config.

    Raises:
        GeoflowError: The config names a store (`store-not-supported`), or cannot be read (`unreadable-config`).
    """
    path = _config(folder)
    try:
        store = _read_yaml(path).get("store", _NOTHING)
    except (OSError, YamlError):
        raise GeoflowError(
            f"{path} cannot be read, and it may say that the specs lie in a store.",
            fix="Make it a file of valid YAML, or make the folder openspec/specs.",
            code="unreadable-config",
        ) from None
    if store is _NOTHING:
        return
    if not isinstance(store, str):
        raise GeoflowError(
            f"`store` in {path} is no id of a store.",
            fix="Write one id there, or remove the line.",
            code="unreadable-config",
        )
    raise no_store(store, f"named in {path}")


def ignored_store(config: str) -> str:
    """Say which store the config of a folder with specs or changes names, which nobody uses; empty where none."""
    try:
        value = parse_yaml(config)
    except YamlError:
        return ""
    store = value.get("store") if isinstance(value, dict) else None
    used = isinstance(store, str) and store
    return f"the store {store} is not used, since there are specs or changes here." if used else ""


def default_store() -> tuple[str, str]:
    """Give the store that the user set for folders without `openspec/`, and the file that says so; empty where none."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    path = os.path.join(home, "openspec", "config.json")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return "", path
    import json

    try:
        value = json.loads(text)
    except ValueError:
        return "", path
    store = value.get("defaultStore") if isinstance(value, dict) else None
    return (store if isinstance(store, str) else ""), path


def no_store(store: str, asked: str) -> GeoflowError:
    """Make the failure of a command that would have to work in a store (`asked` says who wants it)."""
    place = _place(store)
    return GeoflowError(
        f"This is about the store {store} ({asked}), and geoflow knows no stores.",
        fix=f"Go to the folder of the store: {place}"
        if place
        else "Go to the folder of the store, or use the npm CLI.",
        code="store-not-supported",
        exit_code=ExitCode.ENVIRONMENT,
    )


_NOTHING = object()


def _config(folder: str) -> str:
    paths = [os.path.join(folder, "openspec", name) for name in CONFIGS]
    return next((path for path in paths if os.path.exists(path)), paths[0])


def _read_yaml(path: str) -> Mapping[str, Any]:
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        value = parse_yaml(file.read())
    return value if isinstance(value, dict) else {}


def _place(store: str) -> str:
    """Find the folder of a registered store; empty where nothing can be said."""
    try:
        stores = _read_yaml(os.path.join(data_folder(), "stores", "registry.yaml")).get("stores")
    except (OSError, YamlError):
        return ""
    entry = stores.get(store) if isinstance(stores, dict) else None
    backend = entry.get("backend") if isinstance(entry, dict) else None
    place = backend.get("local_path") if isinstance(backend, dict) else None
    return place if isinstance(place, str) else ""
