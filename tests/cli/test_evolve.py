"""`geoflow improve --evolve`: another text of a prompt is delivered where it is better on what nobody looked at."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from typer.testing import CliRunner

from geoflow.adapters.gepa_search import GepaSearch
from geoflow.cli.app import app
from geoflow.cli.learn import open_desk
from geoflow.errors import GeoflowError
from geoflow.ports import PromptSearch, Scored
from geoflow.workflow.evolve import Evolved, evolve
from geoflow.workflow.evolve_cases import cases_of
from geoflow.workflow.evolve_trial import FILE, EvolveDesk
from geoflow.workflow.limits import Limits
from tests.builders import git, make_repo, requirement, spec
from tests.cli.lessons import asked
from tests.cli.verbs import state_of
from tests.servers import ModelServer, model_server

if TYPE_CHECKING:
    from geoflow.adapters.templates import JinjaTemplates

BETTER = "Leave every other word as it is."
PROMPT = f"openspec/workflow/prompts/{FILE}"
AREAS = ("kiln", "crane", "sluice", "boiler")
NO_GEPA = find_spec("gepa") is None
needs_gepa = pytest.mark.skipif(NO_GEPA, reason="gepa is not installed: pip install '.[evolve]'")


class OneStep:
    """A search that asks for one other text, once it has seen how the present one does, and ranks the two."""

    def search(
        self,
        start: str,
        cases: tuple[Sequence[int], Sequence[int]],
        judge: Callable[[str, Sequence[int]], list[Scored]],
        propose: Callable[[str, Sequence[Scored]], str],
        go_on: Callable[[], bool],
    ) -> list[str]:
        """Search."""
        found = {start: sum(one.score for one in judge(start, cases[1]))}
        if go_on():
            new = propose(start, [one for one in judge(start, cases[0]) if one.score < 1])
            found[new] = sum(one.score for one in judge(new, cases[1]))
        return sorted(found, key=lambda text: -found[text])


SEARCHES = [pytest.param(OneStep, id="one step"), pytest.param(GepaSearch, id="gepa", marks=needs_gepa)]


def area(name: str) -> str:
    verbs = ("stop the feed", "sound the horn", "close the hatch", "log the weight")
    return spec(*(requirement(verb.title(), f"The {name} controller SHALL {verb} within 10 s.") for verb in verbs))


def answer(body: Mapping[str, Any]) -> dict[str, Any]:
    """Take the words out, and with them the last ones of the sentence unless the prompt says to leave them."""
    required = body["response_format"]["json_schema"]["schema"]["required"]
    system, text = str(body["messages"][0]["content"]), asked(body)
    if "why" in required:
        present = text.partition("Instructions:\n")[2].split("```")[1]
        return {"why": "It drops words.", "text": present.strip() + "\n" + BETTER}
    sentence, instruction = (
        (re.search(rf"^{name}: (.*)$", text, re.MULTILINE) or ["", ""])[1] for name in ("Sentence", "Instruction")
    )
    quote = (re.search("“(.*?)”", instruction) or ["", "SHALL"])[1]
    new = sentence.replace(quote, "", 1).replace(" ,", ",").replace(",,", ",").replace(" .", ".").replace(",.", ".")
    if "Put SHALL" in instruction:
        new = sentence.replace("should", "SHALL")
    new = " ".join(new.split())
    new = re.sub(r"(\w),(?= \w+ the|$)", r"\1", new).replace("SHALL, ", "SHALL ")
    if BETTER not in system:
        new = new.rpartition(" within")[0] + "."
    return {"sentence": new} if "sentence" in required else {"old_span": sentence, "new_span": new}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server(always=answer) as running:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", running.base_url)
        yield running


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: ModelServer) -> Path:
    root = make_repo(tmp_path / "r", {f"openspec/specs/{name}/spec.md": area(name) for name in AREAS})
    monkeypatch.chdir(root)
    return root


def run(search: PromptSearch, calls: int = 600, *, dry_run: bool = False) -> Evolved:
    with open_desk(None, with_model=True) as desk:
        templates = cast("JinjaTemplates", desk.workshop.templates)
        whole = EvolveDesk(desk, search, templates.source(FILE), lambda text: templates.overlaid({FILE: text}))
        return evolve(whole, Limits(calls=calls), dry_run=dry_run)


def texts(root: Path) -> dict[str, str]:
    return {f"openspec/specs/{name}/spec.md": area(name) for name in AREAS}


@pytest.mark.parametrize("make", SEARCHES)
def test_a_better_text_is_delivered_on_a_branch_and_inert_until_it_is_trusted(
    root: Path, server: ModelServer, make: Callable[[], PromptSearch]
) -> None:
    before = state_of(root)
    found = run(make())
    assert (found.why, found.before) == ("", 0.0), found
    assert found.after > 0.5
    assert found.p < 0.05
    branch = found.delivered.branch
    assert git(root, "diff", "--name-only", "main", branch) == PROMPT
    assert (state_of(root).files, state_of(root).head) == (before.files, before.head)
    assert git(root, "show", f"{branch}:{PROMPT}").endswith(BETTER)
    assert "sealed cases come out right" in git(root, "log", "-1", "--format=%B", branch)
    git(root, "merge", "-q", branch)
    told = CliRunner().invoke(app, ["improve", "--dry-run"])
    assert f"{PROMPT} is not used: you have not trusted this repository" in told.stderr
    assert run(make()).delivered.offers == ()  # offered once


@pytest.mark.parametrize("make", SEARCHES)
def test_what_is_sealed_stands_in_no_reflection(
    root: Path, server: ModelServer, make: Callable[[], PromptSearch]
) -> None:
    run(make())
    sealed = {one.finding.path.split("/")[2] for made in cases_of(texts(root), []).sealed for one in made}
    shown = {one.finding.path.split("/")[2] for one in cases_of(texts(root), []).train}
    reflections = [asked(body) for body in server.requests if asked(body).startswith("Instructions:")]
    assert reflections
    assert sealed
    assert not sealed & shown
    assert not any(f"The {name} controller" in text for name in sealed for text in reflections)
    assert any(f"The {name} controller" in text for name in shown for text in reflections)


@pytest.mark.parametrize("make", SEARCHES)
def test_a_text_that_is_no_better_is_not_delivered(
    root: Path, server: ModelServer, make: Callable[[], PromptSearch]
) -> None:
    server.always = lambda body: answer({**body, "messages": [{"content": BETTER}, body["messages"][-1]]})
    found = run(make())
    assert found.delivered.offers == ()
    assert found.why in {"it is not better on the sealed cases", "no other text did better while it was searched"}


@pytest.mark.parametrize("make", SEARCHES)
def test_the_budget_ends_it_without_a_decision(
    root: Path, server: ModelServer, make: Callable[[], PromptSearch]
) -> None:
    for calls in (5, 60):
        server.requests.clear()
        found = run(make(), calls)
        assert len(server.requests) <= calls
        assert (found.delivered.branch, found.p) == ("", 1.0)


def test_a_text_that_cannot_be_filled_or_is_much_longer_is_not_used(root: Path, server: ModelServer) -> None:
    for bad in ("{{ secret }}", "{% for x in y %}", "x" * 100_000):

        def reply(body: Mapping[str, Any], bad: str = bad) -> dict[str, Any]:
            is_reflection = asked(body).startswith("Instructions:")
            return {"why": "so", "text": bad[:2000]} if is_reflection else answer(body)

        server.always = reply
        found = run(OneStep(), 100)
        assert (found.delivered.offers, found.p) == ((), 1.0)


def test_few_specs_are_too_few_and_no_model_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: ModelServer
) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "s", {"openspec/specs/a/spec.md": spec(requirement("A", "It SHALL stop."))}))
    with pytest.raises(GeoflowError) as caught:
        run(OneStep())
    assert (caught.value.code, server.requests) == ("too-few-mutants", [])


@pytest.mark.skipif(not NO_GEPA, reason="gepa is installed")
def test_without_the_library_it_says_how_to_get_it(root: Path) -> None:
    failed = CliRunner().invoke(app, ["improve", "--evolve", "--json"])
    document = json.loads(failed.stdout)
    assert (document["code"], failed.exit_code) == ("gepa-missing", 3)
    assert '"gepa' in document["fix"]


@needs_gepa
def test_the_command_shows_the_figures(root: Path) -> None:
    shown = CliRunner().invoke(app, ["improve", "--evolve", "--budget", "600calls"])
    assert shown.exit_code == 0, shown.stdout
    assert "p = 0.0" in shown.stdout
    assert "geoflow trust" in shown.stdout
