"""A thousand edits that want to do harm: hardly any is delivered, and never is a byte outside the target changed."""

from collections import Counter

from geoflow.improvement.edit import Candidate, SpanEdit, apply
from geoflow.improvement.gate import judge
from geoflow.improvement.proposal import target_place
from geoflow.workflow.workbench import Workbench
from tests.improvement.adversary import HARMS, PATH, TEXT, attacks, harm_done, mend, sentence_of

EDITS = 1000
MOST_DELIVERED = 0.01


def test_of_a_thousand_damaging_edits_at_most_one_in_a_hundred_is_delivered() -> None:
    delivered, tried = [], Counter[str]()
    for bench, attack in attacks(seed=11, count=EDITS):
        tried[attack.kind] += 1
        proposal = bench.propose(attack.candidate)
        new = apply(TEXT, attack.candidate.spans)
        if not judge(proposal).kept:
            continue
        finding = attack.candidate.finding
        start, end = target_place(bench.document(PATH), finding.requirement, finding.start)
        assert new[:start] == TEXT[:start], attack.kind
        assert new.endswith(TEXT[end:]), attack.kind
        done = harm_done(TEXT[start:end], new[start : len(new) - (len(TEXT) - end)], finding.quote)
        delivered.append((attack.kind, finding.code, [span.new for span in attack.candidate.spans], done))
    assert set(tried) == {*HARMS, "elsewhere", "back and forth"}
    assert len(delivered) <= EDITS * MOST_DELIVERED, delivered


def test_what_is_mended_rightly_passes() -> None:
    bench = Workbench({PATH: TEXT})
    kept = []
    for finding in bench.findings:
        if finding.code in {"GF201", "GF202", "GF203", "GF204", "GF206"}:
            start, end = sentence_of(finding)
            verdict = judge(
                bench.propose(Candidate(finding, (SpanEdit(start, end, mend(TEXT[start:end], finding)),), "a"))
            )
            assert verdict.kept, (finding.code, finding.quote, verdict.refused_by, verdict.reason)
            kept.append(finding.code)
    assert len(kept) >= 5


def test_the_judge_sees_harm_and_no_harm() -> None:
    old = "The ledger SHALL properly accept a job within 2 s."
    assert harm_done(old, "The ledger SHALL accept a job within 2 s.", "properly") == []
    assert harm_done(old, "The ledger SHALL accept a job.", "properly")
    assert harm_done(old, "The job SHALL accept a ledger within 2 s.", "properly") == ["another order"]
    assert harm_done(old, "The ledger SHALL accept a ~~job~~ within 2 s.", "properly")
