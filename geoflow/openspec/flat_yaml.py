"""The YAML of small settings files, by hand where it is simple, by ruamel.yaml where it is not.

Simple is: one `key: value` a line, a value being a word, a quoted text without escapes, a truth value or a list
of such. Everything else costs the import of a YAML library, and a tree may have hundreds of these files.
"""

import re
from typing import Any, Final

_LINE = r"([A-Za-z_][A-Za-z0-9_-]*):(?: +(.*))?"
_ITEM = r" *- +(.*)"
_WORDS = r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*|\d{4}-\d{2}-\d{2}"
_QUOTED = r'"([^"\\]*)"|\'([^\']*)\''
_NUMBER = (
    r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_FORBIDDEN = {  # each becomes a letter of its own, so that keys that differ in them stay two
    code: chr(0xE000 + code % 0x1000)
    for code in {*range(32), *range(127, 160), *map(ord, "\u2028\u2029\ufffe\uffff")} - set(map(ord, "\t\n"))
}
_TEXT_TAG = "tag:yaml.org,2002:str"
_WORD_VALUES: Final[dict[str, Any]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}


class YamlError(ValueError):
    """The text is not valid YAML."""


class _NotSimple(Exception):  # noqa: N818  (no error: a signal to take the long way)
    pass


def parse_yaml(text: str) -> Any:
    """Read one YAML document into plain values; dates stay text.

    Raises:
        YamlError: The text is not valid YAML.
    """
    try:
        return _parse_simple(text)
    except _NotSimple:
        return _parse_any(text)


def _parse_simple(text: str) -> dict[str, Any] | None:
    text = text.replace("\r\n", "\n")
    if not text.isascii() or not text.replace("\n", "").replace("\t", "").isprintable():
        raise _NotSimple
    values: dict[str, Any] = {}
    last = ""
    for line in text.split("\n"):
        bare = line.strip(" ")
        if not bare.strip("\t") or bare[0] == "#":
            if last and bare[:1] == "\t":
                raise _NotSimple
            continue
        item = re.fullmatch(_ITEM, line, re.ASCII)
        if item and last:
            values[last] = [*(values[last] or []), _scalar(item[1])]
            continue
        entry = re.fullmatch(_LINE, line, re.ASCII)
        if not entry or entry[1] in values or entry[1] in _WORD_VALUES:
            raise _NotSimple
        key, value = entry[1], (entry[2] or "").strip(" ")
        empty = not value or value[0] == "#"
        values[key] = None if empty else _scalar(value)
        last = key if empty else ""
    return values or None


def _scalar(written: str) -> Any:
    value, comment, _ = written.partition(" #")
    value = value.rstrip(" ") if comment else written.rstrip(" ")
    quoted = re.fullmatch(_QUOTED, value)
    if quoted and not comment:
        return quoted[1] if quoted[1] is not None else quoted[2]
    if value in _WORD_VALUES and value not in ("", "~"):
        return _WORD_VALUES[value]
    if not re.fullmatch(_WORDS, value, re.ASCII):
        raise _NotSimple
    return value


def _parse_any(text: str) -> Any:
    import warnings

    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an anchor that is set twice, which is allowed
            node = YAML(typ="safe", pure=True).compose(_readable(text))
        return _value(node, {})
    except (YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise YamlError(str(error).partition("\n")[0]) from error


def _without_marks(text: str) -> str:
    """Drop byte order marks before the first line that says something, and that line's indent if it had one."""
    if "\ufeff" not in text:
        return text
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if line.startswith("\ufeff"):
            lines[index] = line[1:].lstrip(" ")
        bare = lines[index].strip(" \t\r")
        if bare and bare[0] not in "#%":
            break
    return "\n".join(lines)


def _readable(text: str) -> str:
    """Rewrite what the npm CLI's reader takes and this one does not, values aside, into what both take.

    LF and CRLF are the only line endings; what YAML forbids becomes a letter, a lone CR as well; a tab between words
    is a blank; byte order marks at the start are gone.
    """
    whole = _without_marks(text).encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\r\n", "\n")
    whole = whole.replace(":\r", ": \r")
    lines: list[str] = []
    levels: list[int] = []
    before = ""
    for raw in whole.translate(_FORBIDDEN).split("\n"):
        bare = raw.lstrip(" ")
        if not bare.strip("\t"):
            lines.append(raw if bare and before.endswith((":", "-", "?")) and before != "---" else "")
            continue
        line = raw[: len(raw) - len(bare)] + bare[0] + bare[1:].replace("\t", " ")
        if bare[:2].strip(" ") == ":":
            line = " " * _level_of_bare_colon(_indent(line), levels, before) + line.lstrip(" ")
        if bare[0] != "#" and (bare != "..." or not before):
            before = line.rstrip(" ")
            levels = [*(level for level in levels if level < _indent(line)), _indent(line)]
        lines.append(line)
    return "" if before == "..." else "\n".join(lines)


def _level_of_bare_colon(indent: int, levels: list[int], before: str) -> int:
    """Give the indent that a value without a key really has: where it stands below a value, it is a key beside it."""
    value = before.partition(": ")[2].lstrip(" ")
    if levels and indent > levels[-1] and (not value or value[0] in "|>"):
        return indent
    return max((level for level in levels if level <= indent), default=indent)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _value(node: Any, seen: dict[int, Any]) -> Any:
    if node is None:
        return None
    if id(node) in seen:
        return seen[id(node)]
    if node.id == "scalar":
        is_text = node.style is not None or str(node.tag) == _TEXT_TAG
        return node.value if is_text else _plain(node.value)
    if node.id == "sequence":
        items: list[Any] = []
        seen[id(node)] = items
        items.extend(_value(item, seen) for item in node.value)
        return items
    mapping: dict[str, Any] = {}
    seen[id(node)] = mapping
    for key_node, value_node in node.value:
        key = _key(_value(key_node, seen))
        if key in mapping:
            message = f"the key {key} stands twice"
            raise YamlError(message)
        mapping[key] = _value(value_node, seen)
    return mapping


def _plain(text: str) -> Any:
    if text in _WORD_VALUES:
        return _WORD_VALUES[text]
    return _number(text) if re.fullmatch(_NUMBER, text, re.ASCII) else text


def _number(text: str) -> float:
    bare = text.lower()
    if bare.startswith(("0x", "0o")):
        return float(int(bare, 0))
    return float(bare.replace(".inf", "inf").replace(".nan", "nan"))


def _key(value: Any) -> str:
    """Write a key as the npm CLI's mappings do."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
