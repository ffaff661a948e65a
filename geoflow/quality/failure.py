"""Tell the scenarios that say what happens when something goes wrong."""

import re

from geoflow.openspec.model import Scenario

_WORDS = (
    r"fail(?:s|ed|ing|ure|ures)?|errors?|errored|invalid\w*|reject(?:s|ed|ion)?|refus(?:e|es|ed|al)|missing|malformed|"
    r"corrupt(?:s|ed|ion)?|deni(?:ed|es|al)|deny|forbidden|unauthori[sz]ed|unauthenticated|unavailable|unreachable|"
    r"unsupported|unknown|unrecogni[sz]ed|unexpected|unreadable|timeouts?|time[sd]? out|expir(?:es|ed|y)|offline|"
    r"exceed(?:s|ed|ing)?|exceptions?|abort(?:s|ed)?|crash(?:es|ed)?|conflict(?:s|ing)?|duplicates?|interrupt(?:s|ed)?|"
    r"not found|not exist|non-?existent|cannot|can't|unable|insufficient|too (?:long|large|many|big)|"
    r"not (?:allowed|permitted|available|supported|installed|valid)|(?:HTTP|status(?: code)?|returns?) [45]\d\d"
)
_FAILURE = re.compile(rf"(?<![\w-])(?:{_WORDS})(?![\w-])", re.IGNORECASE)


def describes_failure(scenario: Scenario) -> bool:
    """Tell whether a scenario's name or one of its steps speaks of a failure; English words only."""
    return any(_FAILURE.search(text) for text in (scenario.name, *(step.text for step in scenario.steps)))
