"""References to what is nowhere in the tree."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from geoflow.quality.asked import Around
from geoflow.quality.cited import find_cited
from geoflow.quality.finding import Finding
from geoflow.quality.lazily import lazily
from geoflow.quality.names import folded
from geoflow.quality.passages import Reading, Rule, Source, Try
from geoflow.quality.phrases import Phrase, index_of, words_of

_DANGLING = Rule(
    "GF215", "warning", "", "“{quote}” refers to nothing that is here", "name what is meant, or say it here"
)

_POINTED = (
    r"(?:see(?:\s+also)?|cf\.?|refer(?:s|ring)?\s+to|consult|according\s+to|in\s+(?:accordance|line|keeping|compliance|conformance|agreement|conformity)\s+with|"
    r"pursuant\s+to|as\s+per|conform(?:s|ing)?\s+to|compl(?:y|ies|ying)\s+with|following|governed\s+by|covered\s+(?:by|in|under)|subject\s+to|"
    r"(?:as\s+(?:is\s+|are\s+|was\s+|further\s+|already\s+)?)?(?:defined|described|specified|stated|set\s+out|set\s+forth|outlined|laid\s+down|laid\s+out|explained|listed|detailed|given|"
    r"documented|shown|illustrated|discussed|mentioned|noted|prescribed|required|mandated|codified|established|introduced|provided|depicted|found|agreed|indicated|summari[sz]ed|tabulated|enumerated)"
    r"\s+(?:in|by|under|at|within|on|per))"
)
_KIND = (
    r"(?:requirement|section|chapter|table|figure|appendix|annex|specification|spec|capability|document|scenario|clause|"
    r"paragraph|diagram|policy|guide(?:line)?s?|guidelines|standard|schema\s+document|matrix|handbook|manual|protocol\s+document|"
    r"design\s+doc(?:ument)?|ADR|attachment|exhibit|supplement|glossary|charter|memo|wiki(?:\s+page)?|spreadsheet|runbook|playbook|whitepaper|white\s+paper|rulebook)"
)
_NUMBERED = lazily(
    r"(?:\b(?:section|chapter|table|figure|fig\.|appendix|annex|clause|paragraph|article|attachment|exhibit|listing|diagram|requirement|req\.?|item|part|subsection|rule|step)\s+"
    r"(?P<number>\d+(?:\.\d+)*[a-z]?|[A-H](?:\.\d+)*|[IVX]{1,4}|[A-Z]{1,5}-\d+(?:\.\d+)*)\b|§+\s*\d+(?:\.\d+)*)(?!\s+of\s+(?:RFC|ISO|the\s+RFC))",
    re.IGNORECASE,
)
_EXTERNAL = lazily(r"\b(?:RFC|ISO|IEC|IEEE|ECMA|W3C|OWASP|NIST|WCAG|GDPR|PEP|ANSI|DIN|EN)\b")
_AT_PLACE = lazily(
    rf"\b(?:the\s+)?(?:(?:above|below|previous|preceding|foregoing|aforementioned|accompanying|attached|enclosed|adjacent|earlier|subsequent)\s+(?P<kind1>{_KIND}|list|example|rules?|formula|code|snippet|conditions?)s?"
    rf"|the\s+(?P<kind2>{_KIND}|list|example|rules?|formula|snippet)s?\s+(?:above|below|overleaf))\b",
    re.IGNORECASE,
)
_AT_NO_PLACE = lazily(
    rf"\b{_POINTED}\s+(?:the\s+|an?\s+|our\s+|some\s+)?(?:other|another|separate|relevant|corresponding|respective|appropriate|applicable|associated|companion|related|accompanying|"
    rf"external|internal|current|latest|official|usual|project|parent|same|internal)\s+(?:\w+\s+)?{_KIND}s?\b"
    r"|\bas\s+(?:already\s+|previously\s+|was\s+)?(?:defined|described|specified|stated|set\s+out|outlined|explained|listed|detailed|documented|discussed|mentioned|noted|covered|agreed)\s+"
    r"(?:elsewhere|earlier|previously|before|separately|there|somewhere\s+else|in\s+(?:another|a\s+different)\s+place|later(?:\s+on)?|in\s+what\s+follows|hereafter|overleaf)\b"
    r"|\b(?:with|by|from|to)\s+what\s+(?:was|has\s+been|is|were)\s+(?:agreed|said|decided|described|defined|specified|stated|discussed|laid\s+down)\s+(?:earlier|before|elsewhere|previously|above|there)\b"
    r"|\b(?:see|explained|described|defined|specified|documented|detailed|covered)\s+(?:elsewhere|overleaf|separately)\b",
    re.IGNORECASE,
)
_DEICTIC = lazily(
    r"\bas\s+(?:already\s+|previously\s+)?(?:defined|described|specified|stated|set\s+out|outlined|explained|listed|detailed|discussed|mentioned|noted|shown|given)\s+(?:above|before|earlier|hereinabove|further\s+up)\b"
    r"|\bsee\s+above\b|\b(?:(?:the\s+)?(?:above-mentioned|aforementioned|afore-mentioned|foregoing)|the\s+said)\s+\w+",
    re.IGNORECASE,
)
_NAMED_KIND = lazily(
    r"\b(?:requirement|capability|spec|specification|scenario|section|chapter|document|policy|table|appendix)s?\s+"
    r"(?:named\s+|called\s+|titled\s+|entitled\s+|on\s+)?(?P<q>`[^`\n]{2,80}`|\"[^\"\n]{2,80}\"|“[^”\n]{2,80}”|'[A-Z][^'\n]{2,80}'|\*[^*\n]{3,80}\*|(?:[A-Z][a-z]+(?:[ -](?=[A-Z]))?){2,8})",
)
_KIND_NAMED = lazily(
    r"\b(?:the|The|our|this|that)\s+(?P<q>`[^`\n]{2,80}`|\"[^\"\n]{2,80}\"|“[^”\n]{2,80}”|(?:[A-Z][a-z][\w-]*)(?:\s+[A-Z][\w-]*){1,6})\s+"
    r"(?:requirement|capability|specification|spec|policy|standard|guidelines?|handbook|charter|glossary|runbook|playbook|annex|appendix|chapter)s?\b"
)
_POINTED_LITERAL = lazily(
    rf"\b{_POINTED}\s+(?:the\s+)?(?:(?:requirement|capability|spec|specification|scenario|section|document)\s+)?(?P<q>`[^`\n]{{2,80}}`|\"[^\"\n]{{2,80}}\"|“[^”\n]{{2,80}}”|\[[^\]\n]{{3,80}}\](?:\([^)\n]*\))?|\*\*?[^*\n]{{3,80}}\*\*?)",
    re.IGNORECASE,
)
_POINTED_NAME = lazily(
    rf"\b{_POINTED}\s+(?:the\s+)?(?P<q>(?:[a-z-]+\s+){{0,3}}?(?:[A-Z][\w-]+\s+){{0,5}}{_KIND})s?\b(?!\s+(?:for|of|that|which|at|in|on|from|with|to)\b)",
    re.IGNORECASE,
)
_NO_NAME = lazily(r"^[`\"“*\[]*(?:[-.~/$<{]|https?:|\w+\(|[A-Z_]+=|.*[/=(){}<>$|]|.*\.\w{1,5}[`\"”*\]]*$)")
_CUES = words_of(
    "see cf refer refers referring consult according accordance line keeping compliance conformance conformity agreement pursuant "
    "per conform conforms conforming comply complies governed covered subject following defined described specified stated "
    "set outlined laid explained listed detailed given documented shown illustrated discussed mentioned noted prescribed "
    "required mandated codified established introduced provided depicted found agreed indicated summarised summarized "
    "tabulated enumerated requirement requirements section chapter table figure fig appendix annex specification spec specs "
    "capability document scenario clause paragraph diagram policy guideline guidelines handbook charter article attachment "
    "exhibit listing req item part subsection rule rules step above below previous preceding foregoing aforementioned "
    "elsewhere earlier said standard follow follows those these the uses taken runbook playbook glossary chapters sections"
)


_PLACES = words_of(
    "above below previous preceding foregoing aforementioned accompanying attached enclosed adjacent earlier subsequent "
    "overleaf before hereinabove up afore said"
)
_NO_PLACES = words_of(
    "other another separate relevant corresponding respective appropriate applicable associated companion related "
    "accompanying external internal current latest official usual project parent same elsewhere earlier previously before "
    "separately there somewhere later follows hereafter overleaf"
)


_PATTERNS = (_NUMBERED, _AT_PLACE, _AT_NO_PLACE, _POINTED_LITERAL, _NAMED_KIND, _KIND_NAMED, _POINTED_NAME)


def _phrases() -> list[Phrase]:
    # What is named may be a literal, which is hidden in the prose whose words are known.
    sources = (pattern.pattern.replace("(?P<q>", "(?P<hidden>") for pattern in _PATTERNS)
    return [Phrase("", written=rf"\b(?:{source})") for source in sources]


def find_pointers(source: Source, readings: list[Reading], around: Around) -> Iterator[Finding]:
    """Find references to numbers, places and names that the tree does not hold (GF215)."""
    for reading in readings:
        if reading.place == "condition" or _CUES.isdisjoint(reading.words):
            continue
        told: list[int] = []
        for start, end in _dangling(source, reading, around):
            place = bisect_left(told, start)
            if place == len(told) or told[place] >= max(end, start + 1):
                told.insert(place, start)
                yield source.finding(_DANGLING, reading.start + start, reading.start + end)


_Tries = dict[re.Pattern[str], list[Try]]


def _dangling(source: Source, reading: Reading, around: Around) -> Iterator[tuple[int, int]]:
    prose = reading.prose
    tries: _Tries = {}
    for one in reading.worth(index_of("pointers", _phrases, around.kept)):
        tries.setdefault(_PATTERNS[one.number], []).append(one)
    if _NUMBERED in tries and not _EXTERNAL.search(prose):
        for match in _matches(_NUMBERED, tries, prose):
            if not _is_numbered(match.group(), around):
                yield match.span()
    yield from _at_places(reading, tries, around)
    for pattern in (_POINTED_LITERAL, _NAMED_KIND, _KIND_NAMED):
        for match in _matches(pattern, tries, reading.raw):
            if _is_prose(prose, match) and not _is_known(match["q"], source, around):
                yield match.span("q")
    yield from find_cited(source, reading, reading.raw, around)
    for match in _matches(_POINTED_NAME, tries, prose):
        if not _EXTERNAL.search(match.group()) and _names_something(match["q"], around):
            yield match.span("q")


def _matches(pattern: re.Pattern[str], tries: _Tries, text: str) -> Iterator[re.Match[str]]:
    for one in tries.get(pattern, ()):
        yield from one.matches(pattern, text)


def _at_places(reading: Reading, tries: _Tries, around: Around) -> Iterator[tuple[int, int]]:
    """Find what points at a place: above, below, elsewhere."""
    if not _PLACES.isdisjoint(reading.words):
        for match in _matches(_AT_PLACE, tries, reading.prose):
            if not _is_there(match["kind1"] or match["kind2"], around):
                yield match.span()
        if reading.place == "body" and reading.sentences:
            # Nothing stands above the first sentence.
            yield from (match.span() for match in _DEICTIC.finditer(reading.prose, 0, reading.sentences[0][1]))
    if not _NO_PLACES.isdisjoint(reading.words):
        yield from (match.span() for match in _matches(_AT_NO_PLACE, tries, reading.prose))


def _is_numbered(reference: str, around: Around) -> bool:
    """Tell whether a heading or a list item of the document has the number, or the kind with its number is a name."""
    number = re.escape(reference.rsplit(maxsplit=1)[-1].strip("§ "))
    return (
        around.is_headed(number)
        or around.knows(folded(reference))
        or (number.isdigit() and around.stands_more(f"{number}:", 0))
    )


def _is_there(kind: str, around: Around) -> bool:
    """Tell whether a document has what "the table above" could be."""
    kind = kind.lower()
    if kind == "table":
        return around.here("table")
    if kind in {"figure", "diagram"}:
        return around.here("image") or around.here("fenced")
    if kind in {
        "list",
        "rules",
        "rule",
        "conditions",
        "condition",
        "requirement",
        "scenario",
        "section",
        "paragraph",
        "spec",
    }:
        return True
    if kind in {"example", "formula", "code", "snippet"}:
        return around.here("code")
    return False


def _is_prose(prose: str, match: re.Match[str]) -> bool:
    """Tell whether the words before the name are prose: not part of a literal themselves."""
    start, end = match.span()
    quoted = match.span("q")
    around = prose[start : quoted[0]] + prose[quoted[1] : end]
    return "\0" not in around and bool(around.strip())


def _is_known(name: str, source: Source, around: Around) -> bool:
    """Tell whether a name is one of the tree, stands elsewhere in it, or is a file, a command or code."""
    bare = name.strip("`\"“”'*[] ").split("](")[0].strip("`*")
    if _NO_NAME.match(name) or _EXTERNAL.search(name) or not re.search(r"[A-Za-z]{3}", bare):
        return True
    short = folded(bare)
    if (short and around.has(short)) or around.knows(short):
        return True
    if bare.islower() and bare.isalnum():
        return True  # a single word in code is a value, not a document
    return around.stands_more(bare, _times(source.block, bare))


@lru_cache(maxsize=1024)
def _times(text: str, literal: str) -> int:
    return text.count(literal)


_ORDINARY = frozenset(
    (
        "the a an this that its their our same following existing main delta each every any all one current openspec project spec "
        "specs new given target source user json schema data input output openapi mcp protocol requirement capability document "
        "section page table policy standard published upstream public official"
    ).split()
)


def _names_something(name: str, around: Around) -> bool:
    """Tell whether the words before "specification" and the like are a name, and none that the tree knows."""
    words = folded(name).split()
    kind, named = words[-1], [word for word in words[:-1] if word not in _ORDINARY]
    if not named or (kind in {"table", "figure", "page", "section", "standard", "contract"} and not name[:1].isupper()):
        return False
    phrase = " ".join(named)
    there = around.has(phrase) or around.knows(" ".join(words))
    return not there and not around.repeats(phrase)
