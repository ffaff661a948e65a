"""The files in `openspec/workflow/` that hold what was learnt, read and added to."""

import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

from geoflow.adapters.lessons_file import LESSONS_FILE, read_lessons, with_lesson
from geoflow.adapters.lexicon_file import LEXICON_FILE, read_lexicon
from geoflow.adapters.prompt_overrides import FOLDER as PROMPTS
from geoflow.improvement.induction import LearntWord
from geoflow.improvement.lesson import Lesson
from geoflow.quality.project_lexicon import ProjectLexicon, Word

_ITEM = re.compile(r"^( *)- +", re.MULTILINE)
_HEAD = "# The words of this project; `geoflow review` goes by them.\n"


class LearntFiles:
    """The `LearntFiles` port on YAML; comments and the order of what a person wrote stay."""

    def lexicon(self, files: Mapping[str, str]) -> ProjectLexicon:
        """Read the words of the project; GeoflowError `lexicon-invalid`."""
        return read_lexicon(files)

    def lessons(self, files: Mapping[str, str]) -> tuple[Lesson, ...]:
        """Read the records of lessons; GeoflowError `lessons-invalid`."""
        return read_lessons(files)

    def add_word(self, files: Mapping[str, str], learnt: LearntWord) -> tuple[str, str]:
        """Give the lexicon's path and its text with one more word; GeoflowError `lexicon-invalid`."""
        text = _with_word(files.get(LEXICON_FILE, ""), learnt)
        read_lexicon({LEXICON_FILE: text})
        return LEXICON_FILE, text

    def add_lesson(self, files: Mapping[str, str], lesson: Lesson) -> tuple[str, str]:
        """Give the path of the lessons and their text with one more record."""
        text = with_lesson(files.get(LESSONS_FILE, ""), lesson)
        read_lessons({LESSONS_FILE: text})
        return LESSONS_FILE, text

    def prompt_path(self, file: str) -> str:
        """Give the path of a project's own prompt."""
        return f"{PROMPTS}/{file}"


def _with_word(text: str, learnt: LearntWord) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    yaml = YAML(typ="rt", pure=True)
    yaml.width, yaml.preserve_quotes, yaml.explicit_start = 1 << 30, True, text.startswith("---")
    document = yaml.load(text) if text.strip() else None
    item = _ITEM.search(text)
    yaml.indent(mapping=2, sequence=len(item.group()) if item else 4, offset=len(item[1]) if item else 2)
    if document is None:
        document, text = CommentedMap(), text or _HEAD
    if not document.get(learnt.section):
        document[learnt.section] = CommentedSeq()
    document[learnt.section].append(_entry(learnt.word))
    out = StringIO()
    yaml.dump(document, out)
    made = (_comments(text) if not out.getvalue().startswith(text[:1]) else "") + out.getvalue()
    return made.replace("\n", "\r\n") if "\r\n" in text else made


def _comments(text: str) -> str:
    """Give the text where it holds comments alone: that is no document, and its comments are dropped."""
    lines = text.splitlines()
    only = all(not line.strip() or line.lstrip().startswith("#") for line in lines)
    return "\n".join(lines).rstrip("\n") + "\n" if only and lines else ""


def _entry(word: Word) -> Any:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

    evidence = CommentedSeq([Quoted(one) for one in word.evidence])
    evidence.fa.set_flow_style()
    fields = {"word": Quoted(word.text), "reason": Quoted(word.reason), "in": Quoted(word.within)}
    return CommentedMap([*((name, value) for name, value in fields.items() if value), ("evidence", evidence)])
