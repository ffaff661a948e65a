"""Contracts: which invariants an edit may touch, by the kind of finding that it mends."""

from dataclasses import dataclass
from typing import Literal

from geoflow.quality.finding import Finding
from geoflow.quality.project_lexicon import RULED_OUT, stands_for_amount
from geoflow.quality.tokens import Kind

ContractName = Literal["structure", "reword", "needs-answer", "destructive"]
Maker = Literal["template", "model", "answer", "none"]
Shape = Literal["", "scenario", "step", "split", "drop"]


@dataclass(frozen=True, slots=True)
class Contract:
    """What an edit for one kind of finding may do; everything not named here stays forbidden.

    `excuses`: kinds of tokens of the finding's own quote that may be lost. `adds`: token keys that may newly appear.
    `drops`: token keys that may go, once each.
    `licensed`: kinds of new tokens that a licence may allow. `new_words`: how many new content words at most.
    `names_subject`: new words must be the subject of another obligation of the same requirement.
    `regroups`: scenarios and steps may be recognised anew (only their form was wrong).
    `new_sentences`: how many sentences more there are to be.
    `reorders`: one condition may be moved to the front of its sentence, whole.
    `shape`: what kind of part comes or goes, each with checks of its own (`gate_shape`): a scenario or a step that is
    added, a requirement that is split, one of two that is dropped.
    """

    name: ContractName
    maker: Maker
    excuses: frozenset[Kind] = frozenset()
    adds: frozenset[str] = frozenset()
    drops: frozenset[str] = frozenset()
    licensed: frozenset[Kind] = frozenset({"word"})
    new_words: int = 0
    regroups: bool = False
    names_subject: bool = False
    growth: float = 1.25
    new_sentences: int = 0
    reorders: bool = False
    shape: Shape = ""


_EVERYTHING: frozenset[Kind] = frozenset({"literal", "number", "modal", "negation", "relation", "word", "free"})
_NEEDS_ANSWER = Contract("needs-answer", "none")
UNHELD = "GF401"
"""The code of an answer that its requirement does not hold."""

# What a person has said takes the place of the finding's quote, or stands behind the requirement's text as a sentence
# of its own; nothing else may go or come, and the answer alone licenses (`gate_answer`).
_SAID: frozenset[Kind] = frozenset({"word", "number", "literal", "relation"})
_NAMED: frozenset[Kind] = frozenset({"word", "number", "literal", "relation"})
ANSWERED = Contract("needs-answer", "answer", _EVERYTHING, licensed=_SAID, new_words=12, growth=1.0)
ANSWERED_BY_SENTENCE = Contract(
    "needs-answer", "answer", licensed=_SAID | {"modal", "negation"}, new_words=60, growth=1.0, new_sentences=1
)
WISHED, REMARKED, CHOSEN = "GF402", "GF403", "GF404"
"""The codes of a person's words about a change, of an agent's or a model's, and of an answer to a draft's question."""
ANSWERABLE = frozenset("GF201 GF202 GF203 GF204 GF206 GF207 GF210 GF211 GF212 GF213 GF219".split())
"""Findings whose quote stands for what someone has to say."""

MISSING_OBLIGATION = frozenset({"OS-S15", "OS-D6"})
"""Issues that say of a requirement's whole text that nothing in it obliges."""

_OBLIGES = Contract(
    "structure", "model", adds=frozenset({"shall", "must"}), drops=frozenset({"will", "should"}), reorders=True
)
# A scenario is made from the requirement's own words, or from a person's.
_SCENARIO = Contract("needs-answer", "template", licensed=_SAID, shape="scenario")
# When something happens, and what comes out of it, nobody can invent.
_STEP = Contract("needs-answer", "answer", licensed=_SAID | {"modal", "negation"}, shape="step")
# What takes a requirement apart or away is done only as a person has answered, and then by code.
_SPLIT = Contract("destructive", "answer", shape="split")
_DROP = Contract("destructive", "answer", shape="drop")

CONTRACTS: dict[str, Contract] = {
    # Form alone: every word stays; capitals, headings and marks change.
    "GF101": Contract("structure", "template"),
    "GF111": Contract("structure", "template", adds=frozenset({"scenario"}), regroups=True),
    "GF112": Contract("structure", "template", regroups=True),
    # A normative word is added, or takes the place of "will" or "should", since OpenSpec knows no weaker obligation;
    # never of "may" or "can", which permit. A condition may go to the front of the sentence with it.
    "OS-S15": _OBLIGES,
    "OS-D6": _OBLIGES,
    # A condition in the middle of its obligation goes to the front of the sentence.
    "GF220": Contract("reword", "template", reorders=True),
    # A Purpose is written from the names of the spec's own requirements.
    "OS-S10": Contract("structure", "template", _EVERYTHING, licensed=_EVERYTHING, new_words=200, growth=100.0),
    "OS-S11": Contract("structure", "template", licensed=_EVERYTHING, new_words=200, growth=100.0),
    # Superfluous words before a verb go; the verb stays.
    "GF205": Contract("structure", "template", excuses=frozenset({"word", "relation"})),
    # Words that judge go, and no other takes their place: small models reach for any word of the document.
    "GF201": Contract("reword", "model", excuses=frozenset({"word", "relation"})),
    "GF202": Contract("reword", "model", excuses=frozenset({"word"})),
    # As a word that judges, unless it stands for a number (`contract_of`): then it is asked about.
    RULED_OUT: Contract("reword", "model", excuses=frozenset({"word", "relation"})),
    # An escape has a modal verb of its own at times: "unless it would be too costly".
    "GF203": Contract("reword", "model", excuses=frozenset({"word", "relation", "negation", "modal"})),
    "GF204": Contract("reword", "model", excuses=frozenset({"word", "relation", "negation"}), adds=frozenset({"and"})),
    "GF206": Contract("reword", "model", excuses=frozenset({"relation"}), adds=frozenset({"and", "or", "both"})),
    "GF207": Contract(
        "reword",
        "model",
        excuses=frozenset({"word", "relation"}),
        licensed=frozenset({"word", "literal"}),
        new_words=4,
        names_subject=True,
    ),
    # A number, a limit or a missing part: only someone who knows can give it.
    "GF210": _NEEDS_ANSWER,
    # What a person writes of a change says what may go, and licenses what may come. An agent's or a model's words name
    # what may go; figures and literals stay, and what comes must stand in the change already.
    WISHED: Contract("reword", "model", _NAMED, licensed=_SAID, new_words=12, growth=1.5),
    REMARKED: Contract(
        "reword",
        "model",
        frozenset({"word", "relation"}),
        licensed=frozenset({"word", "number", "literal"}),
        new_words=6,
    ),
    # A draft's question names the words that it is about; what a person chose takes their place, whole.
    CHOSEN: Contract("needs-answer", "answer", _EVERYTHING, licensed=_SAID | {"negation"}, new_words=60, growth=1.0),
    "OS-S4": _SCENARIO,
    "OS-D7": _SCENARIO,
    "GF113": _STEP,
    "GF114": _STEP,
    "GF208": _SPLIT,
    "OS-S12": _SPLIT,
    "GF311": _DROP,
    "GF315": _DROP,
    "GF211": _NEEDS_ANSWER,
    "GF212": _NEEDS_ANSWER,
}


def contract_of(finding: Finding) -> Contract:
    """Find the contract of a finding; what no contract names needs an answer, and so does what stands for a number."""
    if finding.code == RULED_OUT and stands_for_amount(finding.quote):
        return _NEEDS_ANSWER
    return CONTRACTS.get(finding.code, _NEEDS_ANSWER)


def is_choice(code: str) -> bool:
    """Tell whether answers about findings of this kind say what becomes of a requirement, not words for its text."""
    return code in CONTRACTS and bool(CONTRACTS[code].shape)


def answered_contract(finding: Finding) -> Contract:
    """Find the contract of an edit that brings in what a person has answered to a finding."""
    if contract_of(finding).shape:
        return contract_of(finding)
    if finding.code == UNHELD:
        return ANSWERED_BY_SENTENCE
    return ANSWERED if finding.code in ANSWERABLE else contract_of(finding)
