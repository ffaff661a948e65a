"""Prompt templates, which a cloned project may bring along: a small part of jinja2 that always ends.

jinja2's own sandbox keeps a template from the interpreter, but not from the clock: `range` is bounded, loops in loops,
`"x" * 10**10` and `10**10**10` are not. So a prompt may only hold text, values, conditions, and loops over lists.
"""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from geoflow.adapters.prompt_text import fenced, harmless
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from jinja2 import Template, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_RENDERED = 1_000_000
"""Characters; no model that runs on a team's own machine reads more."""
MOST_ITEMS = 1_000
DEEPEST_LOOP = 2
FILTERS = {"fenced": fenced, "trim": str.strip, "lower": str.lower, "upper": str.upper, "length": len}
_KINDS = frozenset(
    "Template Output TemplateData Name Const If For Compare Operand And Or Not CondExpr Getattr Getitem Filter".split()
)
_EACH = "_each"  # no template can name it: a filter's name that begins so is refused


class PromptTemplate:
    """A prompt's text, parsed and looked through.

    Args:
        text: The template.
        path: Its file, for messages.

    Raises:
        GeoflowError: `prompt-invalid`, with path and line.
    """

    def __init__(self, text: str, path: str) -> None:
        self._path = path
        self._template = self._compiled(text)

    def render(self, values: Mapping[str, Any]) -> str:
        """Fill the template; GeoflowError `prompt-invalid` where a value is missing or the text grows too long."""
        pieces: list[str] = []
        size = 0
        for piece in self._pieces(values):
            size += len(piece)
            if size > MOST_RENDERED:
                self._refuse(0, f"gives more than {MOST_RENDERED:,} characters")
            pieces.append(piece)
        return "".join(pieces)

    def _pieces(self, values: Mapping[str, Any]) -> Iterator[str]:
        from jinja2 import TemplateError

        try:
            yield from self._template.generate(values)
        except (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            self._refuse(_line(error.__traceback__, self._path), str(error) or type(error).__name__)

    def _compiled(self, text: str) -> "Template":
        from jinja2 import Template, TemplateError, meta

        environment = _environment()
        try:
            tree = environment.parse(text)
            self._look_through(tree, loops=0)
            self._names = frozenset(meta.find_undeclared_variables(tree))
            self._lines = {name: _line_of(tree, name) for name in self._names}
            code = environment.compile(tree, filename=self._path)
            return Template.from_code(environment, code, {})
        except GeoflowError:
            raise
        except TemplateError as error:
            self._refuse(getattr(error, "lineno", 0), str(error))
        except (RecursionError, MemoryError, SyntaxError, ValueError, OverflowError) as error:
            self._refuse(0, f"is too deeply nested or too large ({type(error).__name__})")

    def require(self, known: frozenset[str]) -> None:
        """Refuse a template that names a value which its prompt does not have, also where it is seldom reached."""
        for name in sorted(self._names - known):
            shown = f"the values here are: {', '.join(sorted(known))}" if known else "this text has no values"
            self._refuse(self._lines[name], f'names "{name[:60]}", which does not exist; {shown}')

    def _look_through(self, node: "nodes.Node", loops: int) -> None:
        from jinja2 import nodes

        kind = type(node).__name__
        if kind not in _KINDS:
            self._refuse(node.lineno, f"uses {kind}; a prompt may hold text, values, conditions and loops over lists")
        if isinstance(node, nodes.Filter):
            self._look_at_filter(node)
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            self._refuse(node.lineno, f'asks for "{node.attr}", which is no value')
        if isinstance(node, nodes.For):
            loops += 1
            if loops > DEEPEST_LOOP or node.recursive or not isinstance(node.target, nodes.Name):
                self._refuse(node.lineno, f"loops deeper than {DEEPEST_LOOP}, or in a way that a prompt may not")
        for child in node.iter_child_nodes():
            self._look_through(child, loops)
        if isinstance(node, nodes.For):
            node.iter = nodes.Filter(node.iter, _EACH, [], [], None, None, lineno=node.lineno)

    def _look_at_filter(self, node: "nodes.Filter") -> None:
        if node.name not in FILTERS or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            self._refuse(
                node.lineno, f'uses the filter "{node.name}"; there are {", ".join(FILTERS)}, without arguments'
            )

    def _refuse(self, line: int | None, reason: str) -> NoReturn:
        place = f"{self._path}:{line}" if line else self._path
        raise GeoflowError(
            f"{place} {' '.join(reason.split())}",
            fix="Mend it there; without the file geoflow uses its own text.",
            code="prompt-invalid",
            exit_code=ExitCode.USAGE,
        )


def _each(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise TypeError("loops over something that is no list")
    if len(value) > MOST_ITEMS:
        raise TypeError(f"loops over more than {MOST_ITEMS:,} items")
    return list(value)


def _shown(value: Any) -> Any:
    """Let text and numbers into a prompt; an undefined value complains when it is made text."""
    from jinja2 import Undefined

    if isinstance(value, Undefined):
        return str(value)
    if not isinstance(value, (str, int, float)):
        raise TypeError(f"shows a value that is no text but {type(value).__name__}")
    return harmless(value)


def _line_of(tree: "nodes.Node", name: str) -> int:
    from jinja2 import nodes

    return min((found.lineno for found in tree.find_all(nodes.Name) if found.name == name), default=0)


def _line(trace: TracebackType | None, path: str) -> int:
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _environment() -> "ImmutableSandboxedEnvironment":
    from jinja2 import StrictUndefined
    from jinja2.runtime import LoopContext
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class PlainValues(ImmutableSandboxedEnvironment):
        """Reaches into dictionaries, lists and the loop, and into nothing else."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            if isinstance(obj, LoopContext) and attribute in {"index", "first", "last", "length"}:
                return getattr(obj, attribute)
            return self.getitem(obj, attribute)

        def getitem(self, obj: Any, argument: Any) -> Any:
            in_list = isinstance(obj, (list, tuple)) and isinstance(argument, int) and -len(obj) <= argument < len(obj)
            if in_list or (isinstance(obj, Mapping) and argument in obj):
                return obj[argument]
            return self.undefined(obj=obj, name=argument)

    environment = PlainValues(
        undefined=StrictUndefined,
        autoescape=False,  # prompts are no HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.globals.clear()
    environment.tests.clear()
    environment.filters = {**FILTERS, _EACH: _each}
    return environment
