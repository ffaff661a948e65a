"""Smells in words that no list holds: what is found by grammar, and what only looks like a smell."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec import parse_spec, read_tree
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_in
from geoflow.quality.names import names_of
from geoflow.quality.passages import Reading, passages
from geoflow.quality.phrases import found_in
from geoflow.quality.prose import masked
from geoflow.quality.wording import SMELLS
from tests.builders import requirement, spec

PATH = "openspec/specs/example/spec.md"
SCENARIO = "#### Scenario: One\n- **WHEN** asked\n- **THEN** it answers\n"


def found(body: str, scenario: str = SCENARIO, *others: str) -> list[Finding]:
    text = spec(requirement("Thing", body, scenario), *others)
    names = names_of(read_tree({PATH: text}))
    return [one for one in find_in(parse_spec("example", PATH, text), [], names) if one.requirement == "Thing"]


def codes(body: str, scenario: str = SCENARIO) -> set[str]:
    return {one.code for one in found(body, scenario)}


BAD = {
    "GF201": [
        "The tool SHALL show errors in a sensible way.",
        "The tool SHALL report progress in a user-friendly manner.",
        "The tool SHALL treat its input as one would expect.",
        "The tool SHALL render the page to a high standard.",
        "The tool SHALL handle the file with due care.",
        "The tool SHALL delightfully greet the caller.",
        "The tool SHALL store passwords following industry best practices.",
        "The tool SHALL tactfully remind the user.",
        "The tool SHALL lay out the table in the usual way.",
        "The tool SHALL do the right thing.",
        "The tool SHALL sort the rows to everyone's satisfaction.",
        "The tool SHALL work well.",
        "The tool SHALL greet them in a civilised manner.",
        "The tool SHALL show errors in a manner users will appreciate.",
        "The tool SHALL react the way a seasoned operator would expect.",
    ],
    "GF202": ["The tool SHALL show a delightful page.", "The tool SHALL print a suitable error."],
    "GF213": [
        "The page SHALL be intuitive.",
        "The page SHALL be easy to use.",
        "The tool SHALL answer faster.",
        "The tool SHALL give more reliable results.",
        "The tool SHALL have good performance.",
        "The tool SHALL minimize the load.",
    ],
    "GF203": [
        "The tool SHALL stop unless impractical.",
        "The tool SHALL stop where circumstances allow.",
        "The tool SHALL stop to the degree feasible.",
        "The tool SHALL stop, should resources permit.",
        "The tool SHALL, time permitting, stop.",
        "The tool SHALL stop insofar as this is practicable.",
        "The tool SHALL stop if it makes sense.",
        "The tool SHALL stop at its own discretion.",
        "The tool SHALL strive to stop.",
        "The tool SHALL normally stop.",
        "The tool SHALL stop as long as it is reasonable.",
        "The tool SHALL stop unless there is a good reason not to.",
        "The tool SHALL stop as it sees fit.",
        "The tool SHALL stop provided it is not too costly.",
        "The tool SHALL make every effort to stop.",
        "The tool SHALL stop under ordinary conditions.",
        "The tool SHALL stop if it gets round to it.",
        "The tool SHALL stop as a matter of principle.",
        "The tool SHALL stop at the earliest opportunity.",
        "The tool SHALL stop if the opportunity presents itself.",
        "The tool SHALL stop provided that nothing speaks against it.",
        "The tool SHALL stop where there is room for it.",
        "The tool SHALL stop as far as the platform makes that practical.",
    ],
    "GF212": [
        "The tool SHALL stop should the need arise.",
        "The tool SHALL stop as the situation demands.",
        "The tool SHALL stop under certain circumstances.",
        "The tool SHALL stop where deemed necessary.",
        "The tool SHALL stop from time to time.",
    ],
    "GF204": [
        "The tool SHALL read text, images, among others.",
        "The tool SHALL read text and similar formats.",
        "The tool SHALL read text, images and more.",
        "The tool SHALL read text or comparable files.",
        "The tool SHALL read text and whatever else turns up.",
        "The tool SHALL read text, images and other such things.",
        "The tool SHALL read formats such as text, to name a few.",
        "The tool SHALL read text or something along those lines.",
        "The tool SHALL read text, including without limitation images.",
        "The tool SHALL read text, images ...",
        "The tool SHALL read text or whatever the situation calls for.",
        "The tool SHALL read text and the rest of the usual formats.",
        "The tool SHALL read text and any other suitable source.",
        "The tool SHALL read text, to mention but a few.",
        "The tool SHALL read text or variations thereof.",
        "The tool SHALL warn, for instance at midnight.",
    ],
    "GF210": [
        "The tool SHALL stop within a reasonable time.",
        "The tool SHALL stop after a short while.",
        "The tool SHALL keep a sensible number of copies.",
        "The tool SHALL stay within acceptable limits.",
        "The tool SHALL stop without undue delay.",
        "The tool SHALL stop as soon as possible.",
        "The tool SHALL retry a couple of times.",
        "The tool SHALL stop in a timely manner.",
        "The tool SHALL stop after about 5 s.",
        "The tool SHALL answer almost immediately.",
    ],
    "GF211": [
        "The tool SHALL stop after ??? s.",
        "The tool SHALL stop after [insert limit].",
        "The tool SHALL stop after <to be decided>.",
        "The tool SHALL stop after tbd seconds.",
        "The tool SHALL stop after a limit to be decided later.",
        "The tool SHALL stop; the limit will be defined in a future version.",
        "The tool SHALL stop; the limit is still under discussion.",
        "The tool SHALL stop after a limit that has not yet been agreed.",
        "The tool SHALL stop, pending a decision on the limit.",
        "The tool SHALL stop; details to follow.",
        "The tool SHALL stop; the limit is an open question.",
        "The tool SHALL stop; someone still needs to decide when.",
        "The tool SHALL stop after a limit nobody has decided on yet.",
        "The tool SHALL stop once the team has made up its mind.",
        "The tool SHALL stop. The wording is still being worked out.",
        "The tool SHALL stop. Whether it restarts remains to be seen.",
        "The tool SHALL stop. Legal has yet to sign this off; no decision was made.",
        "The tool SHALL stop. More on this later.",
        "The tool SHALL stop. The numbers may still change.",
        "The tool SHALL stop. We assume 5 s for now.",
    ],
    "GF205": ["The tool SHALL be capable of stopping.", "The tool SHALL have the means to stop."],
    "GF206": [
        "The tool SHALL read text and / or images.",
        "The tool SHALL read text, images, or any combination thereof.",
    ],
    "GF216": ["The tool SHALL read texts/images.", "The tool SHALL read the file(s)."],
    "GF214": [
        "The tool SHALL always stop.",
        "The tool SHALL stop under all circumstances.",
        "The tool SHALL stop without exception.",
        "The tool SHALL be 100 % reliable.",
        "The tool SHALL stop no matter what.",
        "The tool SHALL never fail.",
        "The tool SHALL stop for each and every user.",
        "The tool SHALL stop with absolute reliability.",
        "The tool SHALL run on any device.",
        "The tool SHALL answer around the clock.",
        "The tool SHALL stop whatever the circumstances.",
        "The tool SHALL rule out all mistakes.",
    ],
    "GF207": [
        "They SHALL stop.",
        "This SHALL stop.",
        "The latter SHALL stop.",
        "When asked, it SHALL stop.",
        "It also SHALL stop.",
        "These MUST stop.",
        "Some of them MUST stop.",
        "The aforementioned MUST stop.",
        "Neither MUST stop.",
        "When a user asks, it SHALL stop.",
        "With a flag, they SHALL stop.",
        "The tool SHALL wait. This SHALL stop it.",
    ],
    "GF102": [
        "The tool SHALL wait. The tool should stop.",
        "The tool is expected to wait. The tool SHALL stop.",
        "The tool can wait. The tool SHALL stop.",
        "The tool will wait. The tool SHALL stop.",
    ],
    "GF208": [
        "The tool SHALL stop and SHALL also write a log.",
        "The tool SHALL stop, and additionally writes a log.",
        "The tool SHALL stop as well as sending a mail.",
        "The tool SHALL stop. In addition, the tool SHALL write a log.",
        "The tool SHALL stop the pump, and write a log, and send a mail.",
        "The tool SHALL stop while also writing a log.",
        "The tool SHALL not only stop but also write a log.",
        "The tool SHALL stop, at the same time writing a log.",
        "The tool SHALL stop, writing a log as well.",
    ],
    "GF209": ["The pump SHALL be stopped.", "The report MUST be written when the pump is off."],
    "GF215": [
        "The tool SHALL stop as described in section 4.",
        "The tool SHALL stop (see the requirement “Stopping for good”).",
        "The tool SHALL stop at the levels in the above table.",
        "The tool SHALL stop as defined in the Foo specification.",
        "The tool SHALL stop as defined in `pump-shutdown`.",
        "The tool SHALL stop as explained elsewhere.",
        "The tool SHALL stop, see Appendix B.",
        "The tool SHALL stop as described in `docs/pumps.md`.",
        "The tool SHALL stop. The order follows the Pump Handbook.",
        "The tool SHALL stop. The exceptions are those in the annex on old pumps.",
        "The tool SHALL stop. It is done as agreed in the kick-off.",
    ],
    "GF217": ["The tool SHALL read the QZX file."],
}


@pytest.mark.parametrize(("code", "body"), [(code, body) for code, bodies in BAD.items() for body in bodies])
def test_a_smell_is_found_in_any_words(code: str, body: str) -> None:
    assert code in codes(body)


@pytest.mark.parametrize(
    "body",
    [
        "The tool SHALL stop within 10 s of the last byte.",
        "The tool SHALL silently skip the file.",
        "The tool SHALL write the rows in a deterministic manner.",
        "The tool SHALL print them in the same way.",
        "The tool SHALL stop if the file is not readable.",
        "The tool SHALL stop when the user allows it.",
        "The tool SHALL read the cache if feasible, otherwise the disk.",
        "The tool SHALL NOT be sufficient for it.",
        "The tool SHALL list specs and other documents below the folder.",
        "The tool SHALL report that the value is to be decided by the caller.",
        "The tool SHALL write `TBD` where nothing is known.",
        "The tool SHALL write a TBD placeholder.",
        "The file SHALL be read by the tool.",
        "The tool SHALL name the fields that may be empty.",
        "The tool SHALL stop the pump and close the valve.",
        "The tool SHALL prefer the longer of two names.",
        "Users SHALL be able to stop it.",
        "The tool SHALL read the JSON file.",
        "The tool SHALL run client/server and yes/no tests.",
        "The tool SHALL read `src/tests` and a file under a/b/c.",
        "The tool SHALL stop as `stop --help` says.",
        "The tool SHALL follow section 4 of RFC 2119.",
        "The tool SHALL stop faster than the pump.",
        "The tool SHALL start as early as 5 o'clock.",
        "The tool SHALL keep 3 copies, the oldest 30 days.",
        "When the pump starts, it SHALL open the valve.",
        "The file SHALL NOT be read by hand.",
        "The tool SHALL wait, minimum 30 s.",
        "The tool SHALL print how many files it read.",
        "On graceful shutdown the tool SHALL wait.",
        "The tool SHALL stop. A reader sees what is missing.",
        "The tool SHALL read the section for readers.",
        "The tool SHALL stop for every request.",
    ],
)
def test_what_only_looks_like_a_smell_is_let_alone(body: str) -> None:
    assert codes(body) == set()


def test_a_reference_to_what_is_there_is_no_finding() -> None:
    body = "The tool SHALL stop (see the requirement “Stopping”), as defined in `Stopping`."
    other = requirement("Stopping", "The pump SHALL stop.")
    assert [one.code for one in found(body, SCENARIO, other)] == []
    assert [one.code for one in found(body)] == ["GF215", "GF215"] or codes(body) == {"GF215"}


def test_without_knowledge_of_the_tree_no_reference_is_judged() -> None:
    text = spec(requirement("Thing", "The tool SHALL stop as described in section 4.", SCENARIO))
    assert find_in(parse_spec("example", PATH, text), []) == []


def test_a_pronoun_in_a_step_stands_for_what_the_scenario_is_about() -> None:
    assert codes("The tool SHALL stop.", SCENARIO.replace("it answers", "it SHALL answer")) == set()
    assert codes("The tool SHALL stop.", SCENARIO.replace("it answers", "this SHALL hold")) == {"GF207"}


@pytest.mark.parametrize(
    ("body", "then", "code"),
    [
        ("The tool SHALL stop within 30 seconds.", "it stops within 300 seconds", {"GF218"}),
        ("The tool SHALL stop within 30 seconds.", "it stops within 30 minutes", {"GF218"}),
        ("The tool SHALL keep 3 copies.", "it keeps 5 copies", {"GF218"}),
        ("The tool SHALL stop within 60 seconds.", "it stops within 1 minute", set()),
        ("The tool SHALL stop within 30 seconds.", "it stops within 30 s", set()),
        ("The tool SHALL wait 5 seconds and stop within 30 seconds.", "it stops within 20 seconds", set()),
        ("The tool SHALL keep 3 copies.", "it stops within 20 seconds", set()),
    ],
)
def test_a_figure_that_the_scenario_gives_otherwise(body: str, then: str, code: set[str]) -> None:
    assert codes(body, SCENARIO.replace("it answers", then)) == code


def test_what_a_tree_does_as_a_rule_is_no_finding() -> None:
    bodies = ["The tool SHALL wait. It SHALL stop.", "The tool SHALL read texts/images."]
    others = [
        requirement(f"Other {index}", bodies[index % 2].replace("wait", f"wait {index} s")) for index in range(25)
    ]
    for body in bodies:
        assert len(found(body)) == 1
        assert found(body, SCENARIO, *others) == []


def test_a_sentence_of_its_own_is_no_second_thing() -> None:
    others = [requirement(f"Other {index}", "The tool SHALL wait.") for index in range(25)]
    assert found("The tool SHALL stop. When the disk is full, the tool SHALL say so.", SCENARIO, *others) == []
    (one,) = found("The tool SHALL save the file and notify the owner.", SCENARIO, *others)
    assert (one.code, one.quote) == ("GF208", "and notify the")


def test_a_second_obligation_counts_where_the_tree_has_one_in_nearly_all() -> None:
    body = "The tool SHALL stop, and the pump SHALL close."
    others = [requirement(f"Other {index}", "The tool SHALL wait.") for index in range(25)]
    assert [one.code for one in found(body, SCENARIO, *others)] == ["GF208"]
    assert codes(body) == set()


def test_mending_the_letters_of_an_obligation_brings_out_no_second_one() -> None:
    others = [requirement(f"Other {index}", "The tool SHALL wait.") for index in range(25)]
    small, great = (
        [one.code for one in found(f"The tool SHALL stop. The pump {modal} close.", SCENARIO, *others)]
        for modal in ("must", "MUST")
    )
    assert (small, great) == (["GF101"], [])


_FRAGMENTS = [body for bodies in BAD.values() for body in bodies]


@given(st.lists(st.sampled_from(_FRAGMENTS), min_size=1, max_size=4), st.sampled_from(["`{}`", '"{}"', "{}"]))
def test_a_finding_quotes_its_requirement_and_never_a_literal_alone(bodies: list[str], form: str) -> None:
    text = spec(requirement("Thing", " ".join(form.format(body) for body in bodies), SCENARIO))
    document = parse_spec("example", PATH, text)
    place = document.requirements[0]
    for one in find_in(document, [], names_of(read_tree({PATH: text}))):
        assert place.start <= one.start < one.end <= place.end
        assert text[one.start : one.end] == one.quote
        assert form == "{}" or one.code == "GF215" or not set(masked(text)[one.start : one.end]) <= {"\0", " "}


def test_no_cue_hides_a_match() -> None:
    """A phrase is tried only where one of its cues stands: without that short cut the same is found."""
    # The one test that walks through every phrase: each has to compile.
    for body in _FRAGMENTS:
        document = parse_spec("example", PATH, spec(requirement("Thing", body, SCENARIO)))
        reading = Reading(next(passages(document.requirements[0])), document.text)
        for smell in SMELLS:
            quick = [one.span() for one in found_in(reading.prose, reading.words, smell.phrases)]
            slow = [
                one.span()
                for phrase in smell.phrases
                for one in re.compile(phrase.source, re.IGNORECASE).finditer(reading.prose)
            ]
            assert quick == slow, (body, smell.code)
