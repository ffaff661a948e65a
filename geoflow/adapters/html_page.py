"""The one place where pages are rendered: sandboxed, every text escaped, what a page would hide made visible."""

from collections.abc import Callable, Mapping
from typing import Any

from geoflow.resources import templates_folder


def html_page(template: str, values: Mapping[str, Any], filters: Mapping[str, Callable[..., Any]] | None = None) -> str:
    """Render a template of `templates/reports`; it has the filter `visible` and those that are given."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        loader=FileSystemLoader(templates_folder() / "reports"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"visible": visible, **(filters or {})}
    return environment.get_template(template).render(values)


def visible(text: str) -> str:
    """Show what a page would hide or turn round: control characters, marks of direction, lone surrogates."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else f"\\x{ord(sign):02x}" for sign in text)
