"""The rules that hold at a commit, from its own files: neither the user's settings nor the environment count."""

from collections.abc import Mapping
from contextlib import suppress

from geoflow.adapters.lexicon_file import read_lexicon
from geoflow.adapters.setting_values import PROJECT_FILE
from geoflow.adapters.settings_file import project_rules
from geoflow.errors import GeoflowError
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon
from geoflow.settings import Allowed


def rules_at_commit(files: Mapping[str, str]) -> tuple[frozenset[str], tuple[Allowed, ...], ProjectLexicon]:
    """Give what is off, what is let stand, and the words of the project; what cannot be read counts as not there."""
    off: frozenset[str] = frozenset()
    allowed: tuple[Allowed, ...] = ()
    words = NO_WORDS
    with suppress(GeoflowError):
        off, allowed = project_rules(files.get(PROJECT_FILE, ""))
    with suppress(GeoflowError):
        words = read_lexicon(files)
    return off, allowed, words
