"""Edits of one requirement as one: what passed step by step must hold as a whole, or the largest part of it."""

from dataclasses import replace

from geoflow.improvement.contract import contract_of
from geoflow.improvement.gate_together import Step, together
from geoflow.improvement.proposal import Proposal, target_place
from geoflow.openspec import Spec, parse_spec
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_in
from tests.improvement.builders import PATH, document, find

BODY = "The reader SHALL gracefully stop. The reader SHALL smoothly start within 5 s. A reader SHALL be able to wait."


def block(spec: Spec) -> str:
    start, end = target_place(spec, "Reading", 0)
    return spec.text[start:end]


def whole(base: Spec, finding: Finding, text: str) -> Proposal:
    start, end = target_place(base, "Reading", 0)
    new = parse_spec("example", PATH, base.text[:start] + text + base.text[end:])
    found = tuple(find_in(base, [])), tuple(find_in(new, []))
    return Proposal(base, new, replace(finding, start=start), contract_of(finding), (), (), *found)


def chain(base: Spec, *changes: tuple[str, str, str]) -> list[Step]:
    steps, text = list[Step](), block(base)
    for code, old, new in changes:
        finding = find(base, code)
        steps.append(Step(finding, contract_of(finding), text, text.replace(old, new)))
        text = text.replace(old, new)
    return steps


def test_edits_that_hold_together_are_all_kept() -> None:
    base = document(BODY)
    steps = chain(base, ("GF205", "be able to ", ""), ("GF201", "gracefully ", ""), ("GF201", "smoothly ", ""))
    kept, verdict = together(steps, lambda text: whole(base, steps[0].finding, text))
    assert kept == (0, 1, 2)
    assert verdict.kept


def test_the_largest_set_that_holds_is_kept_where_one_brings_a_finding() -> None:
    base = document(BODY)
    steps = chain(base, ("GF205", "be able to ", ""), ("GF201", "gracefully ", ""), ("GF201", "smoothly ", "quickly "))
    kept, verdict = together(steps, lambda text: whole(base, steps[0].finding, text))
    assert kept == (0, 1)
    assert verdict.refused_by in {"no-new-finding", "findings-gone"}


def test_a_whole_that_loses_what_no_step_loses_is_refused() -> None:
    base = document(BODY)
    steps = chain(base, ("GF205", "be able to ", ""), ("GF201", "gracefully ", ""))

    def forgets(text: str) -> Proposal:
        return whole(base, steps[0].finding, text.replace(" within 5 s", ""))

    kept, verdict = together(steps, forgets)
    assert kept == ()
    assert verdict.refused_by == "sum-of-parts"


def test_growth_adds_up() -> None:
    base = document(BODY)
    longer = " The reader SHALL stop." * 3
    steps = chain(
        base, ("GF205", "be able to wait.", f"wait.{longer}"), ("GF201", "gracefully stop.", f"stop.{longer}")
    )
    kept, verdict = together(steps, lambda text: whole(base, steps[0].finding, text))
    assert len(kept) < 2
    assert not verdict.kept


def test_edits_that_cannot_be_parted_fall_together() -> None:
    base = document(BODY)
    steps = chain(base, ("GF201", "gracefully ", "quickly "), ("GF201", "quickly ", ""))
    kept, _ = together(steps, lambda text: whole(base, steps[0].finding, text))
    assert kept in {(0, 1), ()}
