"""What a line that starts with `#` says: its level, its title, the name of a requirement or scenario.

Headings stand in column one. A title of a section keeps its closing hashes; the names of requirements and scenarios
lose them.
"""

from geoflow.openspec.lines import WHITE

_BREAKS = "\n\r\u2028\u2029"


def level(line: str) -> int:
    """Give the level (1 to 6) of a heading line, with or without a title; 0 for any other line."""
    rest = line.lstrip("#")
    count = len(line) - len(rest)
    return count if 0 < count < 7 and rest and rest[0] in WHITE else 0


def is_divider(line: str) -> bool:
    """Tell whether a line is a heading of level 2, as `level` says, for loops that want to know no more."""
    return line[:2] == "##" and len(line) > 2 and line[2] in WHITE


def title(line: str, depth: int) -> str | None:
    """Give the title of a heading of this level; None where the line has none that counts."""
    rest = line[depth:]
    blank = len(rest) - len(rest.lstrip(WHITE))
    last_break = max(map(rest.rfind, _BREAKS)) if _has_break(rest) else -1
    if max(1, last_break + 1) > min(blank, len(rest) - 1):
        return None
    return rest.strip(WHITE)


def lazy_title(line: str, depth: int) -> str | None:
    """Give the title of a heading of this level, where line separators may stand behind it."""
    core = line[depth:].strip(WHITE)
    if core:
        return None if _has_break(core) else core
    return "" if line[depth + 1 :].strip(_BREAKS) else None


def is_section(line: str, name: str) -> bool:
    """Tell whether a line is the level-2 heading of this name (lower case), as the block reader sees it."""
    return line[:2] == "##" and line[2:3] in WHITE and line[2:].strip(WHITE).lower() == name


def requirement_name(line: str) -> str | None:
    """Give the name in a `### Requirement:` heading (no blank needed after the hashes); None for any other line."""
    if line[:3] != "###":
        return None
    rest = line[3:].lstrip(WHITE)
    if rest[:12].lower() != "requirement:" or len(rest) == 12:
        return None
    return _captured_name(rest[12:])


def _captured_name(rest: str) -> str | None:
    core = rest.lstrip(WHITE)
    if not core:
        return "" if rest.strip(_BREAKS) else None
    body = core.rstrip(WHITE)
    if _has_break(body):
        return None
    end = len(body)
    while end < len(core) and core[end] not in _BREAKS:
        end += 1
    return normal_name(core[:end])


def _has_break(text: str) -> bool:
    # Line breaks cannot be printed, and asking for that is quicker than looking for four of them.
    return not text.isprintable() and any(mark in text for mark in _BREAKS)


def normal_name(name: str) -> str:
    """Drop closing hashes and outer blanks: the form in which names are compared, case and all."""
    return (without_closing(name) if "#" in name else name).strip(WHITE)


def without_closing(name: str) -> str:
    """Drop a closing run of hashes that a blank precedes (`Foo ##` is `Foo`, `C#` stays)."""
    bare = name.rstrip(" \t")
    stem = bare.rstrip("#")
    if stem != bare and stem[-1:] in (" ", "\t"):
        return stem.rstrip(" \t")
    return name


def folded_name(name: str) -> str:
    """Fold a name for finding near misses: lower case, runs of white space as one blank."""
    normal = normal_name(name).lower()
    if normal.isascii() and normal.isprintable():
        return " ".join(normal.split())
    for character in WHITE:
        normal = normal.replace(character, " ")
    return " ".join(part for part in normal.split(" ") if part)


def scenario_name(line: str, depth: int = 4) -> str:
    """Give the label of a scenario heading, without `Scenario:` and closing hashes."""
    name = without_closing(line[depth:].lstrip(WHITE))
    if name[:9].lower() == "scenario:":
        name = name[9:]
    return name.strip(WHITE)
