"""Figures of specs and changes that were worked out before, by the ids of the contents that they follow from."""

from collections.abc import Mapping

from geoflow.metrics.change_figures import ChangeFigures, Contents
from geoflow.metrics.spec_figures import SpecFigures, Totals
from geoflow.quality.kept import Kept, key_of

_WHAT = "figures"


class KeptFigures:
    """What is kept of contents; without `kept` nothing is known and nothing is kept."""

    def __init__(self, kept: Kept | None) -> None:
        self._kept = kept

    def spec(self, content: str) -> SpecFigures | None:
        """Give the figures of a main spec, by the id of its content; None where they are not known."""
        written = self._kept.entry(f"spec-{content}").get(_WHAT) if self._kept else None
        return SpecFigures(Totals(*written[0]), written[1]) if written else None

    def keep_spec(self, content: str, figures: SpecFigures) -> None:
        """Keep the figures of a main spec."""
        if self._kept:
            self._kept.keep(f"spec-{content}", _WHAT, [list(figures.totals), dict(figures.texts)])

    def change(self, name: str, names: Mapping[str, str], contents: Contents) -> ChangeFigures | None:
        """Give the figures of a change, as far as all files that they rest on are as they were."""
        written = self._kept.entry(_key(name, names, contents)).get(_WHAT) if self._kept else None
        if not written:
            return None
        errors, warnings, tasks, done, asked = written
        if any(contents.files.get(path, "") != content for path, content in asked.items()):
            return None
        return ChangeFigures(errors, warnings, tasks, done, frozenset(asked))

    def keep_change(self, name: str, names: Mapping[str, str], contents: Contents, figures: ChangeFigures) -> None:
        """Keep the figures of a change, with the files that they rest on."""
        if self._kept:
            asked = {path: contents.files.get(path, "") for path in sorted(figures.asked)}
            self._kept.keep(_key(name, names, contents), _WHAT, [*figures[:-1], asked])


def _key(name: str, names: Mapping[str, str], contents: Contents) -> str:
    own = (f"{inside} {contents.files[path]}" for inside, path in sorted(names.items()))
    common = (f"{path} {contents.files[path]}" for path in sorted(contents.common))
    return key_of("change", name, *own, "", *common)
