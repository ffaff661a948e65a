"""The rules of wording against the labels of experts: ARTA's sets of requirements, one row a requirement.

    python -m tests.benchmarks.arta [FOLDER]

FOLDER holds DS2.xlsx to DS4.xlsx (Zenodo 10.5281/zenodo.4266727); without them there is nothing to measure. A row
counts as found where a rule of the smell's kind finds anything in it, whatever the word.
"""

import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from geoflow.openspec import parse_spec
from geoflow.quality.smells import find_smells

FOLDER = Path("datasets/arta-smells")
SMELLS: Mapping[str, frozenset[str]] = {
    "subjective": frozenset({"GF201", "GF202", "GF213"}),
    "ambiguous": frozenset({"GF201", "GF202", "GF210", "GF212", "GF213"}),
    "loophole": frozenset({"GF203", "GF212"}),
    "open-ended": frozenset({"GF204", "GF211", "GF213", "GF214"}),
    "superlative": frozenset({"GF213"}),
    "comparative": frozenset({"GF213"}),
    "negative": frozenset(),
    "pronoun": frozenset({"GF207"}),
}
_COLUMNS = {
    "subj": "subjective",
    "ambig": "ambiguous",
    "loop": "loophole",
    "open": "open-ended",
    "superl": "superlative",
    "compr": "comparative",
    "compar": "comparative",
    "negat": "negative",
    "vague": "pronoun",
}
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MODAL = re.compile(r"\b(?:shall|must)\b")


def rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Read a sheet: the text of each requirement with its labels by smell, empty where the experts saw none."""
    with zipfile.ZipFile(path) as book:
        # The files are the user's own download.
        strings = ["".join(node.itertext()) for node in ET.fromstring(book.read("xl/sharedStrings.xml"))]  # noqa: S314
        name = next(one for one in sorted(book.namelist()) if one.startswith("xl/worksheets/sheet"))
        sheet = ET.fromstring(book.read(name))  # noqa: S314
    header: dict[str, str] = {}
    for row in sheet.iter(f"{_MAIN}row"):
        cells = {re.sub(r"\d", "", cell.get("r", "")): _value(cell, strings) for cell in row}
        if not header:
            header = {column: _smell(title) for column, title in cells.items() if _smell(title)}
        elif text := cells.get("A", "").strip():
            yield text, {smell: cells.get(column, "-").strip(" -*") for column, smell in header.items()}


def _value(cell: ET.Element, strings: list[str]) -> str:
    value = cell.findtext(f"{_MAIN}v") or "".join(cell.itertext())
    return strings[int(value)] if cell.get("t") == "s" else value


def _smell(title: str) -> str:
    return next((smell for start, smell in _COLUMNS.items() if title.lower().startswith(start)), "")


def found_in(text: str) -> set[str]:
    """Give the codes of the rules that find something in a requirement; its modal verbs are put in capitals."""
    body = _MODAL.sub(lambda match: match.group().upper(), text.replace("#", " "))
    document = parse_spec("x", "x", f"## Purpose\nx\n\n## Requirements\n### Requirement: X\n{body}\n")
    return {one.code for block in document.requirements for one in find_smells("x", document.text, block)}


def f1(pairs: list[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Give precision, recall and F1 of (labelled, found) pairs."""
    both = sum(labelled and found for labelled, found in pairs)
    precision = both / max(1, sum(found for _, found in pairs))
    recall = both / max(1, sum(labelled for labelled, _ in pairs))
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0


def table(path: Path) -> list[str]:
    """Measure one set: a line for each smell, then any smell against any rule of wording, and the macro-F1 of the two classes."""
    read = [(labels, found_in(text)) for text, labels in rows(path)]
    lines, scores = [], []
    for smell, codes in SMELLS.items():
        precision, recall, score = f1([(bool(labels.get(smell)), bool(codes & found)) for labels, found in read])
        count = sum(bool(labels.get(smell)) for labels, _ in read)
        lines.append(f"{path.stem}  {smell:<12} {count:>5}  P {precision:.2f}  R {recall:.2f}  F1 {score:.2f}")
        scores += [score] if codes and count else []
    wording = frozenset().union(*SMELLS.values())
    pairs = [(any(labels.values()), bool(wording & found)) for labels, found in read]
    smelly, clean = f1(pairs)[2], f1([(not labelled, not found) for labelled, found in pairs])[2]
    lines.append(f"{path.stem}  mean F1 of the smells that have a rule {sum(scores) / len(scores):.3f}")
    lines.append(f"{path.stem}  smelly or clean: F1 {smelly:.3f} and {clean:.3f}, macro {(smelly + clean) / 2:.3f}")
    return lines


def main() -> None:
    """Print the table of every set that is there."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    sets = sorted(folder.glob("DS*.xlsx"))
    for path in sets:
        print("\n".join(table(path)))
    if not sets:
        print(f"nothing to measure: no DS2.xlsx to DS4.xlsx in {folder}")


if __name__ == "__main__":
    main()
