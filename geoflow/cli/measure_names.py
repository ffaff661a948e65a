"""Names of measures and groups as people type them."""

from collections.abc import Iterable
from difflib import get_close_matches

from geoflow.errors import ExitCode, GeoflowError
from geoflow.metrics.measure import BY_NAME, MEASURES


def named_measures(words: Iterable[str]) -> tuple[str, ...]:
    """Give the names that words mean, a group's name all of its measures; GeoflowError `unknown-measure`."""
    found: dict[str, None] = {}
    for word in words:
        names = [word] if word in BY_NAME else [one.name for one in MEASURES if one.group == word]
        if not names:
            groups = {one.group for one in MEASURES}
            near = get_close_matches(word, [*BY_NAME, *groups], n=1)
            raise GeoflowError(
                f"There is no measure {word[:80]!r}{f'; did you mean {near[0]}?' if near else '.'}",
                fix="See them with: geoflow monitor measures",
                code="unknown-measure",
                exit_code=ExitCode.USAGE,
            )
        found.update(dict.fromkeys(names))
    return tuple(found)
