"""A project's own prompts in `openspec/workflow/prompts/`: read, tried out, and used where they are trusted."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geoflow.adapters.prompt_samples import SAMPLES
from geoflow.adapters.templates import HALVES, JinjaTemplates
from geoflow.adapters.trust_store import TrustItem, Trusts

FOLDER = "openspec/workflow/prompts"
LARGEST = 100_000
"""Bytes of a prompt's file; the longest that ships with geoflow has a fiftieth of it."""
FILES = {f"{name}-{half}.md": name for name in SAMPLES for half in HALVES}


@dataclass(frozen=True, slots=True)
class Overrides:
    """What was found: {file name: text}, and why other files there count for nothing: {file name: reason}."""

    texts: dict[str, str]
    unusable: dict[str, str]


def read_overrides(root: Path) -> Overrides:
    """Read a project's own prompts. What is a link, too large or no text is not read, nor what overrides nothing."""
    texts: dict[str, str] = {}
    unusable: dict[str, str] = {}
    for path in _entries(root):
        reason = _hindrance(root, path)
        if not reason:
            try:
                texts[path.name] = path.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                reason = "it is not UTF-8"
            except OSError as error:
                reason = f"it cannot be read: {error.strerror}"
        if reason:
            unusable[path.name] = reason
    return Overrides(texts, unusable)


def _entries(root: Path) -> Iterator[Path]:
    try:
        yield from sorted((root / FOLDER).iterdir())
    except OSError:
        return


def _hindrance(root: Path, path: Path) -> str:
    # A link could show the model a file of the user's; and a pipe is never read to its end.
    if path.name not in FILES:
        near = difflib.get_close_matches(path.name, FILES, n=1)
        return f"there is no prompt of this name{f'; did you mean {near[0]}?' if near else ''}"
    if path.resolve() != root.resolve() / FOLDER / path.name:
        return "it is a link"
    if not path.is_file():
        return "it is no file"
    return f"it has more than {LARGEST:,} bytes" if path.stat().st_size > LARGEST else ""


def prompt_items(root: Path) -> list[TrustItem]:
    """List a project's own prompts as things that want trust."""
    return [_item(name, text) for name, text in read_overrides(root).texts.items()]


def _item(file: str, text: str) -> TrustItem:
    effect = f"tells the model what to do in `geoflow {_verb(file)}`, in place of geoflow's own text"
    return TrustItem("prompt", f"prompts/{file}", f"{FOLDER}/{file}", effect, text)


def _verb(file: str) -> str:
    return FILES[file].partition("-")[0]


def open_templates(verb: str, root: Path, trusts: Trusts) -> tuple[JinjaTemplates, tuple[str, ...]]:
    """Give the templates for a verb (`improve`), a project's trusted prompts in place, and what people must be told.

    Raises:
        GeoflowError: `prompt-invalid`: a trusted prompt cannot be filled.
    """
    found = read_overrides(root)
    own = {file: text for file, text in found.texts.items() if _is_of(verb, file)}
    used = {file: text for file, text in own.items() if trusts(_item(file, text))}
    templates = JinjaTemplates(overrides=used, places={file: f"{FOLDER}/{file}" for file in used})
    for name in sorted({FILES[file] for file in used}):
        templates.require_values(name, frozenset(SAMPLES[name][0]))
        for values in SAMPLES[name]:
            templates.prompt(name, values)
    inert = [f"{FOLDER}/{file}" for file in own if file not in used]
    notices = [f"{FOLDER}/{file} is not used: {why}" for file, why in found.unusable.items() if _is_of(verb, file)]
    if inert:
        notices.append(
            f"{', '.join(inert)} {'is' if len(inert) == 1 else 'are'} not used: you have not trusted this repository "
            "with it as it is. Look at it and type: geoflow trust"
        )
    return templates, tuple(notices)


def _is_of(verb: str, file: str) -> bool:
    return file in FILES and _verb(file) == verb
