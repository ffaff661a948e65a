"""Turn a hand-written change into OpenSpec form: its deltas and tasks, cut from what its documents say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from geoflow.improvement.adopt_delta import ADDED, Plan, Planned, plan_delta, write_delta
from geoflow.improvement.adopt_document import read_requirements, write_document
from geoflow.improvement.adopt_doubts import (
    Around,
    about_attached,
    about_beside,
    about_capability,
    about_duplicates,
    about_modified,
    about_states,
    about_struck,
    about_tasks,
    about_triggers,
    about_turns,
    about_unsaid,
    cannot,
    left_to_author,
)
from geoflow.improvement.adopt_material import Material, gather
from geoflow.improvement.adopt_occasion import is_clause
from geoflow.improvement.adopt_page import Adopted, AdoptQuestion, Page, Place, Said, Scenario
from geoflow.improvement.adopt_proposal import copy_of, write_proposal, yaml_proposal
from geoflow.improvement.adopt_tasks import has_boxes, write_tasks, write_yaml_tasks
from geoflow.improvement.adopt_text import Document, read_document
from geoflow.improvement.adopt_yaml import Entry, gather_yaml, yaml_tasks
from geoflow.openspec.delta_reader import read_plan
from geoflow.openspec.lines import split

_PROPOSALS = ("proposal.md", "PROPOSAL.md", "README.md")
_AFFECTED = re.compile(r"affected specs?\b[^\n]*", re.IGNORECASE)
_NAME = re.compile(r"`([a-z0-9]+(?:-[a-z0-9]+)*)`|\b([a-z0-9]+(?:-[a-z0-9]+)+)\b")


@dataclass(slots=True)
class _Work:
    id: str
    folder: str
    files: Mapping[str, str]
    around: Around
    pages: dict[str, Page] = field(default_factory=dict)
    scenarios: list[Scenario] = field(default_factory=list)
    questions: list[AdoptQuestion] = field(default_factory=list)
    yaml: dict[str, list[Entry]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    unsaid: list[tuple[str, Place]] = field(default_factory=list)

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}"


def adopt_change(
    change: str, files: Mapping[str, str], around: Around, obligations: frozenset[Place] = frozenset()
) -> Adopted:
    """Adopt a change.

    Args:
        change: Its id.
        files: The files of its folder: {path relative to the root: text}.
        around: What else the tree holds.
        obligations: Lines that code is not sure of, and that say what must hold nevertheless.
    """
    work = _Work(change, f"openspec/changes/{change}", files, around)
    material = _gathered(work)
    own, formal = _spec_documents(work)
    unstated = _stated(work, own)
    if unstated or not (own or formal):
        likely = [one for one in material.unsure if is_clause(one.words)]
        material.clauses += [one for one in likely if one.place in obligations]
        made = _from_material(work, material, unstated)
        if not made and not (own or formal) and _is_drafted(work):
            return Adopted("change", change, why_not="its proposal is written, and its deltas are not yet")
        if not made and not formal and len(unstated) == len(own):
            return replace(_left(work), unsure=tuple(likely))
    work.questions += about_unsaid(work.unsaid)
    _tasks(work)
    _proposal(work, material)
    return Adopted(
        "change",
        change,
        work.pages,
        frozenset(path for path in work.pages if path in files),
        tuple(work.scenarios),
        tuple(work.questions) + about_triggers(change, work.scenarios),
        tuple(said.place for said in material.process),
        tuple(work.removed),
    )


def _left(work: _Work) -> Adopted:
    """Ask what must hold for the things that are described; where there are none, ask who says what is required."""
    if work.unsaid:
        return left_to_author("change", work.id, [*work.questions, *about_unsaid(work.unsaid)])
    return cannot("change", work.id, _first_place(work), work.around, work.questions)


def _is_drafted(work: _Work) -> bool:
    """Tell whether the proposal is in OpenSpec form: then nothing is to be adopted, someone is at work on it."""
    document = _named(work, "proposal.md")
    titles = {section.title.lower() for section in document.sections} if document else set()
    return {"why", "what changes"} <= titles


def _gathered(work: _Work) -> Material:
    material = Material()
    specs = work.path("specs/")
    names = sorted(work.files, key=lambda path: (not path.startswith(specs), not path.endswith(_PROPOSALS), path))
    for path in names:
        base = path.rpartition("/")[2]
        if base.endswith(".md") and base.lower() != "design.md":
            gather(material, read_document(path, work.files[path]))
    for path in names:
        if path.endswith((".yaml", ".yml")) and "/specs/" not in path and not path.endswith("-team.yaml"):
            work.yaml[path] = gather_yaml(material, path, work.files[path])
    for path, found in work.yaml.items():
        work.questions += about_states(work.id, path, found)
    return material


def _spec_documents(work: _Work) -> tuple[dict[str, Document], bool]:
    """Find the spec documents of the change without a delta that can be read, and whether there are others."""
    found, formal = dict[str, Document](), False
    for path, text in sorted(work.files.items()):
        if path.startswith(work.path("specs/")) and path.endswith("/spec.md"):
            plan = read_plan(split(text))
            if not (plan.added or plan.modified or plan.removed or plan.renamed):
                found[path] = read_document(path, text)
            else:
                formal = True
    return found, formal


def _stated(work: _Work, own: Mapping[str, Document]) -> dict[str, Document]:
    """Write the documents that state requirements themselves; those that do not are left over."""
    unstated = {}
    for path, document in own.items():
        read = read_requirements(document)
        work.unsaid += read.unsaid
        if not read.requirements:
            unstated[path] = document
            continue
        work.pages[path] = write_document(document, read, ADDED)
        work.scenarios += read.scenarios
        capability = path.split("/specs/")[1].removesuffix("/spec.md")
        names = {one.name: one.place for one in read.requirements}
        work.questions += about_duplicates(capability, names, work.around)
        work.questions += [
            *about_attached(read.requirements, [name for name, _ in read.unsaid]),
            *about_turns(read.scenarios),
        ]
    return unstated


def _from_material(work: _Work, material: Material, unstated: Mapping[str, Document]) -> bool:
    """Write a delta for each document that states nothing itself, or one for the change; tell whether one was made."""
    if unstated and len(unstated) > 1:
        return _each(work, unstated)
    fallback = Said(work.id, _first_place(work))
    plan = plan_delta(material, fallback)
    planned = plan.written
    work.unsaid += [(one.name, one.places[-1]) for one in plan.unsaid]
    asked = _about_plan(work, material, plan)
    if not planned:
        work.questions += asked
        return False
    document = next(iter(unstated.values()), None)
    if document is None:
        capability, question = _capability(work)
        path = work.path(f"specs/{capability}/spec.md")
        work.pages[path] = write_delta(Page(), planned)
    else:
        question, path = [], document.path
        work.pages[path] = _above(document, planned)
    work.scenarios += [scenario for one in planned for scenario in one.scenarios]
    work.questions += [replace(one, target=path) for one in (*question, *asked)]
    return True


def _about_plan(work: _Work, material: Material, plan: Plan) -> list[AdoptQuestion]:
    return [
        *about_modified(material.changes, work.around),
        *about_beside(_beside(material)),
        *about_struck([one for one in (*plan.written, *plan.unsaid) if one.listed], work.files),
    ]


def _beside(material: Material) -> list[Said]:
    """Find what stands in the documents of the clauses that scenarios were made of, and is none of them."""
    used = {one.place for one in material.clauses}
    documents = {place.path for place in used} if not material.criteria else set()
    return [one for one in material.unsure if one.place.path in documents and one.place not in used]


def _each(work: _Work, unstated: Mapping[str, Document]) -> bool:
    made = False
    for path, document in unstated.items():
        material = Material()
        gather(material, document)
        plan = plan_delta(material, Said(work.id, Place(path, 1)))
        work.unsaid += [(one.name, one.places[-1]) for one in plan.unsaid]
        if plan.written:
            made = True
            work.pages[path] = _above(document, plan.written)
            work.scenarios += [scenario for one in plan.written for scenario in one.scenarios]
    return made


def _above(document: Document, planned: Sequence[Planned]) -> Page:
    """Put a delta behind the title of a document, which stays as it is below it."""
    page = Page()
    page.keep(document.path, document.above)
    written = False
    for section in document.sections:
        if section.heading.level > 1 and not written:
            written = True
            write_delta(page, planned)
        page.gap()
        page.add(section.heading.raw, [Place(document.path, section.heading.line)], "heading")
        page.keep(document.path, section.own)
    return page if written else write_delta(page, planned)


def _capability(work: _Work) -> tuple[str, list[AdoptQuestion]]:
    named: dict[str, Place] = {}
    for path, text in sorted(work.files.items()):
        for match in _AFFECTED.finditer(text) if path.endswith(".md") else ():
            line = text.count("\n", 0, match.start()) + 1
            for one in _NAME.finditer(match.group()):
                named.setdefault(one[1] or one[2], Place(path, line))
    default = re.sub(r"[^a-z0-9-]+", "-", work.id.lower()).strip("-")
    if len(named) == 1:
        return next(iter(named)), []
    return default, about_capability(work.id, default, named, _first_place(work))


def _named(work: _Work, name: str) -> Document | None:
    """Find a document of the change under its proper name, or in capitals."""
    paths = (work.path(one) for one in (name, name.replace(".md", "").upper() + ".md"))
    found = next((path for path in paths if path in work.files), None)
    return read_document(found, work.files[found]) if found else None


def _put(work: _Work, name: str, document: Document, page: Page | None) -> None:
    """Write a document under its proper name: as a page, or as it stands where only its name is wrong."""
    path = work.path(name)
    if page or document.path != path:
        work.pages[path] = page or copy_of(document)
    if document.path != path:
        work.removed.append(document.path)


def _proposal(work: _Work, material: Material) -> None:
    document = _named(work, "proposal.md")
    if document:
        _put(work, "proposal.md", document, write_proposal(document))
        return
    page = yaml_proposal(material, work.yaml, work.files)
    if page:
        work.pages[work.path("proposal.md")] = page


def _tasks(work: _Work) -> None:
    path = work.path("tasks.md")
    document = _named(work, "tasks.md")
    if document:
        made = None if has_boxes(work.files[document.path]) else write_tasks(document)
        _put(work, "tasks.md", document, made[0] if made else None)
        work.questions += about_tasks(work.id, made[1], made[0], path) if made else []
        return
    for source, found in work.yaml.items():
        tasks = yaml_tasks(source, found)
        if tasks and not about_states(work.id, source, found):
            work.pages[path] = write_yaml_tasks(tasks)
            unknown = [one.places[0] for one in tasks if not one.state]
            work.questions += about_tasks(work.id, unknown, work.pages[path], path)
            return


def _first_place(work: _Work) -> Place:
    names = sorted(work.files, key=lambda path: (not path.endswith(_PROPOSALS), not path.endswith(".md"), path))
    return Place(names[0] if names else f"{work.folder}/proposal.md", 1)
