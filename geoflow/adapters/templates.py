"""The `Templates` port on jinja2's sandbox."""

import hashlib
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.adapters.prompt_sandbox import PromptTemplate
from geoflow.adapters.prompt_text import fenced
from geoflow.errors import GeoflowError
from geoflow.ports import JsonValue, Message, Prompt
from geoflow.resources import templates_folder

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

PROMPTS = "prompts"
HALVES = ("system", "user")
_FRONT = re.compile(r"\A\{# (?P<id>[a-z][a-z.-]*/[1-9]\d*) #\}\n")


class JinjaTemplates:
    """Render the templates that ship with geoflow, and prompts that a project has put in their place.

    A hole without a value is an error, never an empty string. The filter `fenced` puts data between fences that the
    data cannot close: `{{ requirement | fenced }}`.

    Args:
        folder: Where the templates lie; those of the package unless told.
        overrides: Texts instead of prompts' files, by name: {`ask-user.md`: text}. `Overrides.trusted` gives them.
        places: Where the overrides were read, for messages.
    """

    def __init__(
        self,
        folder: Path | None = None,
        overrides: Mapping[str, str] | None = None,
        places: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder or templates_folder()
        self._overrides = dict(overrides or {})
        self._places = dict(places or {})
        self._parsed: dict[str, tuple[PromptTemplate, str]] = {}

    def render(self, name: str, values: Mapping[str, JsonValue]) -> str:
        """Fill the template of this name, such as `change/spec.md`; GeoflowError `template-missing`."""
        from jinja2 import TemplateNotFound

        try:
            template = self._environment.get_template(name)
        except TemplateNotFound:
            raise _missing(name) from None
        return template.render(values)

    def prompt(self, name: str, values: Mapping[str, JsonValue]) -> Prompt:
        """Fill both halves of a prompt, such as `improve-span`.

        Name and version stand in the first line of both files. A project's own text adds a hash of it.

        Raises:
            GeoflowError: `template-missing`; `prompt-invalid` where a text cannot be filled with these values.
        """
        files = [f"{name}-{half}.md" for half in HALVES]
        parsed = [self._parse(file) for file in files]
        if len({version for _, version in parsed}) > 1:
            raise ValueError(f"the halves of the prompt {name} have different versions")
        texts = [template.render(values) for template, _ in parsed]
        own = "".join(f"{file}\n{self._overrides[file]}\n" for file in files if file in self._overrides)
        mark = f"+{hashlib.sha256(own.encode()).hexdigest()[:8]}" if own else ""
        return Prompt(parsed[0][1] + mark, (Message("system", texts[0]), Message("user", texts[1])))

    def overlaid(self, texts: Mapping[str, str]) -> "JinjaTemplates":
        """Give these templates with other texts instead of prompts' files: {`ask-user.md`: text}."""
        return JinjaTemplates(self._folder, {**self._overrides, **texts}, self._places)

    def source(self, file: str) -> str:
        """Give the text of a prompt's file as it is in use, without its first line where it is geoflow's own."""
        return self._overrides[file] if file in self._overrides else _FRONT.sub("", self._shipped(file))

    def require_values(self, name: str, known: frozenset[str]) -> None:
        """Refuse a project's own text for one half of a prompt that names a value which there is not."""
        for file in (f"{name}-{half}.md" for half in HALVES):
            if file in self._overrides:
                self._parse(file)[0].require(known)

    def _parse(self, file: str) -> tuple[PromptTemplate, str]:
        if file not in self._parsed:
            shipped = self._shipped(file)
            front = _FRONT.match(shipped)
            if front is None:
                raise ValueError(f"the prompt {file} has no name and version in its first line")
            text = self._overrides.get(file, shipped)
            self._parsed[file] = PromptTemplate(text, self._places.get(file, f"{PROMPTS}/{file}")), front["id"]
        return self._parsed[file]

    def _shipped(self, file: str) -> str:
        try:
            return (self._folder / PROMPTS / file).read_text("utf-8")
        except OSError:
            raise _missing(f"{PROMPTS}/{file}") from None

    @cached_property
    def _environment(self) -> "SandboxedEnvironment":
        from jinja2 import FileSystemLoader, StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        environment = SandboxedEnvironment(
            loader=FileSystemLoader(self._folder),
            undefined=StrictUndefined,
            autoescape=False,  # the texts are Markdown and prompts; HTML has an escaper of its own
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters["fenced"] = fenced
        return environment


def _missing(name: str) -> GeoflowError:
    return GeoflowError(
        f"The template {name} is missing from this installation.",
        fix="Install geoflow again, from where it came; in a clone: pip install --force-reinstall .",
        code="template-missing",
    )
