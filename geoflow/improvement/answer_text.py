"""An answer as words for a document: what of it is plain text, a phrase, or a sentence that obliges."""

import re
import unicodedata

from geoflow.quality.prose import masked
from geoflow.quality.tokens import tokens

LONGEST_ANSWER = 2_000
LONGEST_SENTENCE = 400
MOST_WORDS = 12
"""Words of an answer that is still a phrase."""

_CODE = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
_ORDERS = re.compile(r"<!--|--!?>|geoflow[:-]", re.IGNORECASE)
_LAYOUT = re.compile(r"^[ \t]*(?:#{1,6}(?:\s|$)|[-*+]\s|\d+[.)]\s|>|\||[=-]{2,}\s*$|`{3}|~{3})", re.MULTILINE)
_MARKUP = re.compile(
    r"[`*\[\]\\|]|~~|<(?=[A-Za-z/!?])|&(?:#\w+|[A-Za-z]\w*);|(?<!\w)_|_(?!\w)|\w://|\bwww\."
    r"|\b(?:Scenario|Requirement)\s*:|#(?=[#\s]|$)",
    re.IGNORECASE,
)
# No character of these is seen, though Unicode calls them letters, signs or marks.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2028\u2029\u2800\u3164\ufe00-\ufe0f\uffa0\ufffd\U000e0100-\U000e01ef]"
)
_OBLIGES = re.compile(r"\b(?:SHALL|MUST)\b")
_OPENS = re.compile(r"(?!(?:SHALL|MUST)\b)[^\W_]|`")
# `sentences` takes "2 s." for an abbreviation, which here would let two sentences through.
_ENDS_INSIDE = re.compile(r"(?<!\be\.g)(?<!\bi\.e)[.!?](?=\s)")
_CLAUSE = frozenset("is are was were am has have had does do did".split())


def one_line(text: str) -> str:
    """Put text on one line, one blank between words."""
    return " ".join(text.split())


def why_not_plain(text: str) -> str:
    """Say what of an answer may not get into a document; an empty string where it is plain text.

    Inline code is plain; markup, links, HTML, marks of this tool and what no reader sees are not.
    """
    if len(text) > LONGEST_ANSWER:
        return f"the answer has more than {LONGEST_ANSWER} characters"
    if _UNSEEN.search(text) or any(unicodedata.category(sign)[0] == "C" for sign in text if sign not in "\t\n\r"):
        return "the answer has a character that nobody sees"
    if _ORDERS.search(text):
        return "the answer has a comment or a mark of geoflow"
    prose = _CODE.sub("x", text)
    if _LAYOUT.search(text) or _MARKUP.search(prose):
        return "the answer has markup"
    if prose.count('"') % 2 or prose.count("“") != prose.count("”"):
        return "the answer has a quotation that is not closed"
    return ""


def ends_inside(line: str) -> bool:
    """Tell whether a sentence ends before the end of a line; code and quotations are no prose."""
    return _ENDS_INSIDE.search(masked(line)) is not None


def phrase(text: str) -> str:
    """Give an answer that can stand in the place of a few words, without its full stop; empty where it is none.

    A sentence of its own is none, with SHALL or without: it would stand in the middle of another one.
    """
    line = one_line(text).removesuffix(".")
    if "\n" in text.strip() or not line or line[-1] in ".!?:;," or len(line.split()) > MOST_WORDS:
        return ""
    found = [token for token in tokens(line) if token.kind != "free"]
    is_clause = any(token.key in _CLAUSE for token in tokens(line)) and (not found or found[0].kind != "relation")
    obliges = any(token.kind == "modal" for token in found)
    return "" if not found or is_clause or obliges or ends_inside(line) or ";" in masked(line) else line


def sentence(text: str) -> str:
    """Give an answer that is one whole sentence with SHALL or MUST, closed by a full stop; empty where it is none."""
    line = one_line(text)
    line = line if line.endswith(".") else f"{line}."
    if "\n" in text.strip() or len(line) > LONGEST_SENTENCE or line[-2:-1] in {*".!?:;,", ""}:
        return ""
    prose = masked(line)
    if not _OBLIGES.search(prose) or not _OPENS.match(line) or prose[-1] != "." or ends_inside(line):
        return ""
    return line[0].upper() + line[1:] if line[1:2].islower() or line[1:2] == " " else line
