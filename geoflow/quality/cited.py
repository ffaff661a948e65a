"""Documents that a requirement cites and that the tree does not hold: by file, by title, or by what they are about."""

import re
from collections.abc import Iterator

from geoflow.quality.asked import Around
from geoflow.quality.lazily import lazily
from geoflow.quality.names import folded
from geoflow.quality.passages import Reading, Source
from geoflow.quality.phrases import Phrase, index_of, words_of

_TITLED = (
    "Guide|Guides|Guidelines?|Handbook|Manual|Matrix|Policy|Policies|Profile|Catalog|Catalogue|Charter|Conventions?|Register|"
    "Roadmap|Rulebook|Scheme|Plan|Standard|Standards|Book|Sheet|Memo|Memorandum|Whitepaper|Paper|Report|Diagram|Chart|Glossary|"
    "Dictionary|Playbook|Runbook|Checklist|Agreement|Contract|Procedure|Blueprint|Brief|Minutes|Wiki|Annex|Appendix|Chapter|"
    "Inventory|Taxonomy|Stylesheet|Datasheet|Spreadsheet|Calendar|Ledger|Bulletin|Circular|Manifesto|Constitution|Terms|"
    "Directive|Ordinance|Regulation|Regulations|Addendum|Supplement|Primer|Codebook|Principles|Rules|Table|List|"
    "Document|Documents|Note|Notes|Baseline|Statement|Decree|Code|Compendium|Almanac|Atlas|Schedule|Index|Directory|Overview|"
    "Concept|Specification|Concordat|Treaty|Accord|Workbook|Digest|Portfolio|Prospectus|Definitions|Levels|Tiers"
)
_TITLE = lazily(
    rf"\b(?:[Tt]he|[Oo]ur|[Ii]ts|[Tt]heir)\s+(?P<q>(?:[A-Z][\w-]+\s+){{1,5}}(?:{_TITLED}))\b(?![\s-][A-Z\0])"
)
_DOCUMENT = (
    r"(?:section|sub-?section|chapter|annex|appendix|paragraph|style\s?sheet|style\s+guide|handbook|manual|memo|addendum|supplement|"
    r"glossary|diagram|flow\s?chart|drawing|runbook|playbook|white\s?paper|data\s?sheet|spreadsheet|rulebook|charter|matrix|guide|"
    r"guidelines?|policy|standard|catalog(?:ue)?|attachment|exhibit|article|clause|checklist|mock-?ups?|wireframes?|legend|"
    r"fact\s?sheet|cheat\s?sheet|briefing|bulletin|footnote|sidebar|primer|whiteboard|slides?|minutes|wiki(?:\s+page)?|register|"
    r"agreement|contract|inventory|taxonomy|dictionary|conventions?|procedure|blueprint|brief|outline|scheme|concept|study|survey|"
    r"ticket|letter|road\s?map|calendar|timetable|price\s+list|rule\s+book|code\s+of\s+conduct|baseline|"
    r"document|page|table|figure|chart|plan|specification|note|report|sheet|list|map|model)"
)
_ABOUT = lazily(
    rf"\b(?:the|an?|our|its)\s+(?P<q>{_DOCUMENT}s?\s+(?:on|about|for|of|concerning|regarding|covering|describing|dealing\s+with|"
    r"devoted\s+to|titled|entitled|called|named|that\s+(?:covers|describes|defines|lists|explains|deals\s+with))\s+"
    r"(?:the\s+|an?\s+|our\s+)?(?P<about>[a-z][\w-]*(?:\s+[a-z][\w-]*){0,3}?))"
    r"(?=\s*(?:[.,;:)]|\Z)|\s+(?:for|apply|applies|is|are|holds?|has|gives?|lists?|says?|as|and|in|to|above|below|which)\b)"
)
_KIND_OF = lazily(
    rf"\b(?:the|our|an?|its)\s+(?P<q>(?P<about>(?:[a-z][\w-]*\s+){{1,3}}?){_DOCUMENT}s?)\b(?=\s*(?:[.,;:)]|\Z)|\s+(?:above|below|overleaf|opposite|"
    r"apply|applies|for\s+(?:details|more|the))\b)"
)
_CITES = lazily(
    r"\b(?:see|cf|consult|refer|refers|follows?|following|obeys?|observes?|adheres?\s+to|conforms?\s+to|compl(?:y|ies)\s+with|per|according\s+to|"
    r"in\s+(?:line|accordance|keeping)\s+with|(?:given|listed|described|defined|specified|shown|explained|documented|set\s+out|laid\s+down|"
    r"stated|found|summari[sz]ed|detailed|outlined|contained|collected|recorded|fixed|agreed|tabulated|depicted|drawn|illustrated|printed)\s+"
    r"(?:in|on|by|at|under)|(?:taken|derived|drawn|copied|inherited|come|comes|stem|stems|borrowed|known)\s+from|(?:those|that|these|the\s+ones?|same|ones?)\s+"
    r"(?:\w+\s+)?(?:of|in|from|on|as(?:\s+(?:in|those\s+(?:of|in)))?)|governed\s+by|(?:rules?|terms|limits|values|conventions?|order|exceptions?|states?|levels?|"
    r"names|colou?rs|thresholds|definitions?|provisions|wording|requirements|steps|principles|figures|criteria)\s+(?:of|in|from)|as\s+in|like\s+in|"
    r"(?:uses?|matches|match|mirrors?|meets?|respects?|honou?rs?|applies|apply|implements?|reuses?|echoes|repeats?|extends?|supplements?)|of|in|from|by|under|with|on|per|to|as|than|like|at)\s+"
    r"(?:all\s+|also\s+)?\Z",
    re.IGNORECASE,
)
_OBLIGES = lazily(r"\b(?:SHALL|MUST|SHOULD|MAY|shall|must|should|may)\b")
_NAMED = r"`[\w./-]*\.(?:md|ya?ml|toml|json|txt|csv|pdf|docx?|xlsx?|html?|rst|adoc|ini|cfg|conf|xml|proto|sql)`"
_FILE = lazily(
    r"\b(?:described|defined|specified|documented|explained|listed|given|set\s+out|laid\s+down|laid\s+out|outlined|detailed|stated|found|"
    r"prescribed|recorded|agreed|see|per|according\s+to|in\s+(?:line|accordance)\s+with|tabulated|enumerated|summari[sz]ed|fixed)\s+"
    r"(?:(?:in|by|under|at|on)\s+)?(?:the\s+)?(?:file\s+|document\s+)?"
    rf"(?P<q>{_NAMED})",
    re.IGNORECASE,
)
_NAMED_FILE = lazily(_NAMED, re.IGNORECASE)
_SOURCE = lazily(
    r"\b(?:(?:as|what(?:\s+was)?)\s+(?:already\s+|was\s+|previously\s+)?(?:agreed|discussed|decided|shown|described|presented|said|promised|sketched|noted|requested|settled|"
    r"explained|communicated|outlined|proposed|recorded|specified)\s+(?:in|at|on|during|by|with|via|to)|see|per|as\s+per|according\s+to|consult|follow(?:s|ing)?)\s+"
    r"(?:the\s+|our\s+|an?\s+|last\s+|that\s+)*(?P<q>(?:\w+\s+){0,2}?(?:meeting|workshop|e-?mails?|kick-?off|phone\s+call|call\s+with\s+\w+|chat|slides?|slide\s+deck|deck|presentation|intranet|confluence|"
    r"share-?point|shared\s+drive|whiteboard|mock-?ups?|wireframes?|jira|back-?log|tender|offer|quotation|rfp|sow|statement\s+of\s+work|call|"
    r"interview|customer|client|vendor|stakeholders?|predecessor|old\s+system|legacy\s+system|previous\s+(?:system|version|release|project)))\b",
    re.IGNORECASE,
)
_CUES = words_of(
    f"{_DOCUMENT} {_TITLED} yaml yml toml json txt csv pdf html md doc docx sections chapters annexes appendices paragraphs meeting "
    "workshop email mail emails mails kickoff kick call chat deck presentation intranet confluence sharepoint drive jira "
    "backlog tender offer quotation rfp sow statement interview customer client vendor stakeholder stakeholders predecessor "
    "system version release project described defined specified documented explained listed given laid outlined detailed stated found"
)
_LITTLE = frozenset("the a an of and or for to in on its their our each all any that this".split())
_ORDINARY = frozenset(
    "user main new current delta change tasks proposal design spec same following given whole default".split()
)


def find_cited(source: Source, reading: Reading, raw: str, around: Around) -> Iterator[tuple[int, int]]:
    """Find the places of documents that are cited and stand nowhere else in the tree."""
    if _CUES.isdisjoint(reading.words):
        return
    likely = index_of("cited", _phrases, around.kept).among(reading.words)
    if likely:
        yield from _cited_by(source, reading, raw, around, {_PATTERNS[number] for number in likely})


_PATTERNS = (_FILE, _TITLE, _ABOUT, _KIND_OF, _SOURCE)


def _phrases() -> list[Phrase]:
    # A file is named in code, which is hidden in the prose whose words are known.
    several = "|".join(f"{one}s?" for one in _DOCUMENT.removeprefix("(?:").removesuffix(")").split("|"))
    file, *others = (pattern.pattern.replace(f"{_DOCUMENT}s?", f"(?:{several})") for pattern in _PATTERNS)
    return [Phrase("", written=one) for one in (file.replace("(?P<q>", "(?P<hidden>"), *others)]


def _cited_by(
    source: Source, reading: Reading, raw: str, around: Around, likely: set[re.Pattern[str]]
) -> Iterator[tuple[int, int]]:
    prose = reading.prose
    for match in _FILE.finditer(raw) if _FILE in likely and _NAMED_FILE.search(raw) else ():
        if "\0" not in prose[match.start() : match.start("q")] and not _is_elsewhere(_file(match["q"]), source, around):
            yield match.span("q")
    for match in _TITLE.finditer(prose) if _TITLE in likely else ():
        if not _is_elsewhere(match["q"], source, around):
            yield match.span("q")
    yield from _by_subject(reading, around, likely)


def _by_subject(reading: Reading, around: Around, likely: set[re.Pattern[str]]) -> Iterator[tuple[int, int]]:
    """Find documents without a title; an outcome speaks of lists and tables that are shown."""
    for pattern in (_ABOUT, _KIND_OF) if reading.place == "body" else ():
        for match in pattern.finditer(reading.prose) if pattern in likely else ():
            if _is_cited(reading, match) and not _is_here(match, around):
                yield match.span("q")
    for match in _SOURCE.finditer(reading.prose) if _SOURCE in likely else ():
        if not _OBLIGES.search(reading.prose, *reading.sentence(match.start())):
            yield match.span("q")


def _file(literal: str) -> str:
    return literal.strip("`").rsplit("/", 1)[-1]


def _is_elsewhere(name: str, source: Source, around: Around) -> bool:
    """Tell whether a name stands in the tree outside the requirement that is looked at."""
    if around.knows(folded(name)):
        return True
    here = source.text[source.requirement.start : source.requirement.end].count(name)
    # The document as it is may not be the one that the tree was read with.
    return around.stands_more(name, here) or around.stands_here_more(name, here)


def _is_cited(reading: Reading, match: re.Match[str]) -> bool:
    """Tell whether the words before point at a document, in a sentence that obliges to nothing."""
    start, end = reading.sentence(match.start())
    return not _OBLIGES.search(reading.prose, start, end) and bool(_CITES.search(reading.prose, start, match.start()))


def _is_here(match: re.Match[str], around: Around) -> bool:
    """Tell whether a heading of the tree speaks of what the document is about, or the document has such a thing."""
    about = [word.removesuffix("s") for word in folded(match["about"]).split() if word not in _LITTLE]
    if not about or set(about) <= _ORDINARY:
        return True
    if re.search(r"\btable|\blist|\bmatrix", match["q"]) and around.here("table"):
        return True
    if re.search(r"diagram|chart|figure|drawing|mock|wireframe", match["q"]) and around.here("image"):
        return True
    return around.tells_of(tuple(about))
