"""A real tree that was written by hand, put into OpenSpec form: judged by the npm CLI and by another count of words."""

import re
import subprocess
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from geoflow.improvement.adopt import FORM, adopt, look_around
from geoflow.improvement.adopt_page import Adopted
from geoflow.improvement.gate_adopt import HEADINGS_THAT_GO, Adoption, judge_adoption
from geoflow.openspec import validate
from tests.builders import write_tree
from tests.conftest import CORPUS, NPM_OPENSPEC

pytestmark = [pytest.mark.corpus]
TREE = CORPUS / "tdw419+geometry_os.tar.gz"
MECHANICAL = (
    "swarm-production cognitive-ide collective-consciousness map-restoration recursive-evolution swarm-distribution "
    "swarm-visualization tectonic add-ffi-bridge resonance-bridge swarm-recursive-evolution self-hosting-text-editor"
).split()
ONLY_THE_AUTHOR = (
    "reactive-ascii-loop geoasm-pixelrts-containerization phase-48.5-tectonic-agent-academy validation-tests "
    "geoasm-instruction-set add-terminal-clone-pixelrts"
).split()


def files_of(archive: Path) -> dict[str, str]:
    found = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            path = member.name[member.name.find("openspec/") :]
            content = packed.extractfile(member) if member.isfile() and "openspec/" in member.name else None
            if content is not None:
                found[path] = content.read().decode("utf-8", "surrogateescape")
    return found


@pytest.fixture(scope="module")
def tree() -> dict[str, str]:
    return files_of(TREE)


def live(tree: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in tree.items() if "/archive/" not in path}


def adopted(tree: dict[str, str]) -> dict[str, tuple[Adopted, dict[str, str]]]:
    around, here = look_around(tree), live(tree)
    found = {}
    for report in validate(here):
        if any(issue.rule in FORM for issue in report.issues):
            folder = f"openspec/{'specs' if report.type == 'spec' else 'changes'}/{report.id}/"
            own = {path: text for path, text in here.items() if path.startswith(folder)}
            made = adopt(report.type, report.id, own, around)
            found[f"{report.type}/{report.id}"] = (made, {**around.archive, **own})
    return found


def after(tree: dict[str, str]) -> dict[str, str]:
    made = [one for one, _ in adopted(tree).values() if not one.why_not]
    gone = {path for one in made for path in one.removed}
    left = {path: text for path, text in live(tree).items() if path not in gone}
    return left | {path: text for one in made for path, text in one.texts.items()}


def test_all_but_what_only_the_author_can_say_pass_the_gate(tree: dict[str, str]) -> None:
    reports = {f"{report.type}/{report.id}": report for report in validate(after(tree))}
    left = set()
    for item, (made, sources) in adopted(tree).items():
        if made.why_not:
            left.add(made.id)
            continue
        verdict = judge_adoption(Adoption(made, sources, tuple(reports[item].issues)))
        assert not verdict.refused_by, (item, verdict)
    assert left == set(ONLY_THE_AUTHOR)


def test_no_word_of_any_replaced_document_is_lost(tree: dict[str, str]) -> None:
    checked = 0
    for made, sources in adopted(tree).values():
        for path in (*made.replaced, *made.removed):
            new = made.pages[made.renamed.get(path, path)].text
            lost = Counter(_words(sources[path])) - Counter(_words(new))
            assert not [word for word in lost if word not in HEADINGS_THAT_GO], path
            checked += 1
    assert checked > 20


def _words(text: str) -> list[str]:
    shown = re.sub(
        r"^\s*(?:#+\s*)?(?:\d+\. )?(?=Requirement|Scenario)|(?<=Scenario) \d+(?=:)", "", text, flags=re.MULTILINE
    )
    shown = re.sub(r"^\s*\d+\. |\[[ x]\]", " ", shown, flags=re.MULTILINE)
    return [word.casefold() for word in re.findall(r"[^\W_]+(?:[.'_-][^\W_]+)*|[<>=%→✅]", shown)]


def test_mechanical_items_need_no_model_and_those_with_steps_keep_them_all(tree: dict[str, str]) -> None:
    made = {one.id: one for one, _ in adopted(tree).values()}
    assert all(not made[item].why_not for item in MECHANICAL)
    with_steps = {"swarm-production": 11, "add-ffi-bridge": 8, "self-hosting-text-editor": 4}
    for item, count in with_steps.items():
        assert [one.has_trigger for one in made[item].scenarios] == [True] * count


@pytest.mark.npm
def test_the_npm_cli_finds_the_same_items_valid(tree: dict[str, str], tmp_path: Path) -> None:
    write_tree(tmp_path, {path: text.encode("utf-8", "surrogateescape") for path, text in after(tree).items()})
    command = [str(NPM_OPENSPEC), "validate", "--all", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert "34 passed, 6 failed (40 items)" in done.stdout, done.stdout[-600:]


def test_well_kept_trees_have_nothing_to_adopt() -> None:
    for archive in sorted(CORPUS.glob("*.tar.gz")):
        if archive != TREE:
            tree = files_of(archive)
            assert all(made.why_not for made, _ in adopted(tree).values()), archive.name
