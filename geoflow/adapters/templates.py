"""The `Templates` port on jinja2's sandbox."""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.errors import GeoflowError
from geoflow.ports import JsonValue
from geoflow.resources import templates_folder

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_BACKTICKS = re.compile(r"`{3,}")


class JinjaTemplates:
    """Render the templates that ship with geoflow.

    A hole without a value is an error, never an empty string. The filter `fenced` puts data between fences that the
    data cannot close: `{{ requirement | fenced }}`.

    Args:
        folder: Where the templates lie; those of the package unless told.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or templates_folder()

    def render(self, name: str, values: Mapping[str, JsonValue]) -> str:
        """Fill the template of this name, such as `prompts/span.md`; GeoflowError `template-missing`."""
        from jinja2 import TemplateNotFound

        try:
            template = self._environment.get_template(name)
        except TemplateNotFound:
            raise GeoflowError(
                f"The template {name} is missing from this installation.",
                fix="Install geoflow again: pip install --force-reinstall geoflow",
                code="template-missing",
            ) from None
        return template.render(values)

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


def fenced(text: str) -> str:
    """Put data between backtick fences longer than any that stands in it."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"
