"""The project's lexicon, `openspec/workflow/lexicon.yaml`, read strictly: a word that is passed over is missed."""

import difflib
from collections.abc import Mapping
from typing import Any, NoReturn

from geoflow.errors import ExitCode, GeoflowError
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon, Term, Word, folded

LEXICON_FILE = "openspec/workflow/lexicon.yaml"
_SECTIONS = ("judging", "allowed", "terms")
_FIELDS = ("word", "reason", "in", "evidence")
_EVIDENCE = 20
_LONGEST = 200
_LARGEST = 1_000_000


def read_lexicon(files: Mapping[str, str]) -> ProjectLexicon:
    """Read the lexicon among these files ({path: text}); one that is not there is empty.

    Raises:
        GeoflowError: `lexicon-invalid`, with the line and what to write there.
    """
    text = files.get(LEXICON_FILE, "")
    if not text.strip():
        return NO_WORDS
    if len(text) > _LARGEST:
        _refuse(0, f"has more than {_LARGEST:,} characters", "Keep the words that matter.")
    document = _loaded(text)
    if document is None:
        return NO_WORDS
    if not isinstance(document, dict):
        _refuse(0, "is no list of sections", f"Write one of {', '.join(_SECTIONS)} with a colon, and words below it.")
    for key in document:
        if key not in _SECTIONS:
            near = difflib.get_close_matches(str(key), _SECTIONS, n=1)
            fix = f"Did you mean {near[0]}?" if near else f"There are {', '.join(_SECTIONS)}."
            _refuse(_key_line(document, key), f'has an unknown section "{key}"', fix)
    judging = _words(document, "judging", reasons=False)
    allowed = _words(document, "allowed", reasons=True)
    everywhere = {folded(word.text) for word in allowed if not word.within}
    both = {folded(word.text) for word in judging} & everywhere
    if both:
        _refuse(_key_line(document, "allowed"), f'allows and rules out "{min(both)}"', "Decide for one of them.")
    return ProjectLexicon(judging, allowed, _terms(document))


def _loaded(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="rt", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", "") or "it cannot be parsed"
        return _refuse(mark.line + 1 if mark else 0, f"is not YAML: {reason}", "Mend it there and try again.")


def _words(document: Any, section: str, *, reasons: bool) -> tuple[Word, ...]:
    entries = document.get(section) or []
    if not isinstance(entries, list):
        _refuse(_key_line(document, section), f"needs a list below {section}", "Write each word as “- WORD”.")
    return tuple(
        _word(entry, section, _item_line(entries, index), reasons=reasons) for index, entry in enumerate(entries)
    )


def _word(entry: Any, section: str, line: int, *, reasons: bool) -> Word:
    form = "- {word: WORD, reason: WHY}" if reasons else "- WORD"
    if isinstance(entry, dict):
        for key in entry:
            if key not in _FIELDS:
                _refuse(line, f'sets "{key}" below {section}, which does not exist', f"Write it as “{form}”.")
        said, within = (" ".join(str(entry.get(name) or "").split()) for name in ("reason", "in"))
        if within and not reasons:
            _refuse(line, f'sets "in" below {section}, where a word is ruled out everywhere', "Drop it.")
        word = Word(_phrase(entry.get("word"), section, line), said, within, _evidence(entry.get("evidence"), line))
    else:
        word = Word(_phrase(entry, section, line))
    if reasons and not word.reason:
        _refuse(line, f'does not say why "{word.text}" is allowed', f"Write it as “{form}”.")
    return word


def _evidence(value: Any, line: int) -> tuple[str, ...]:
    listed = [] if value is None else value
    if not isinstance(listed, list) or not all(isinstance(one, str) and len(one) <= _LONGEST for one in listed):
        _refuse(line, "has evidence that is no list of ids", "Write it as “evidence: [RUN/EDIT, ...]”.")
    return tuple(" ".join(one.split()) for one in listed[:_EVIDENCE])


def _terms(document: Any) -> tuple[Term, ...]:
    terms = document.get("terms") or {}
    if not isinstance(terms, dict):
        _refuse(_key_line(document, "terms"), "needs terms below terms", "Write each as “TERM: [SYNONYM, ...]”.")
    taken: dict[str, str] = {}
    found = []
    for key, given in terms.items():
        line = _key_line(terms, key)
        preferred = _phrase(key, "terms", line)
        listed = given if isinstance(given, list) else [given]
        synonyms = tuple(_phrase(one, "terms", line) for one in listed)
        for one in synonyms:
            other = taken.setdefault(folded(one), preferred)
            if other != preferred or folded(one) == folded(preferred):
                fix = "A word stands for one term, and a term is no synonym of itself."
                _refuse(line, f'gives "{one}" to “{preferred}” and to “{other}”', fix)
        found.append(Term(preferred, synonyms))
    if chained := {folded(term.preferred) for term in found} & taken.keys():
        _refuse(_key_line(document, "terms"), f'has "{min(chained)}" as a term and as a synonym', "Keep one of them.")
    return tuple(found)


def _phrase(value: Any, section: str, line: int) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST or not any(character.isalnum() for character in text):
        _refuse(line, f"has something below {section} that is no word or phrase", "Put quotation marks around it.")
    return text


def _key_line(mapping: Any, key: Any) -> int:
    return int(mapping.lc.key(key)[0]) + 1


def _item_line(sequence: Any, index: int) -> int:
    return int(sequence.lc.item(index)[0]) + 1


def _refuse(line: int, reason: str, fix: str) -> NoReturn:
    place = f"{LEXICON_FILE}:{line}" if line else LEXICON_FILE
    raise GeoflowError(f"{place} {reason}.", fix=fix, code="lexicon-invalid", exit_code=ExitCode.USAGE)
