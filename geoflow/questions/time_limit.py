"""What a question asks for with "how fast", and where a text says it: a limit of time, stated without that word."""

import re

from geoflow.questions.condition import consequence

_ASKS = re.compile(r"\bhow\s+(?P<word>fast|quick|quickly|soon|promptly|rapidly|swiftly)\b", re.IGNORECASE)
_NUMBER = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|sixty)"
_UNIT = (
    r"(?:ms|msecs?|milliseconds?|s|secs?|seconds?|min|mins|minutes?|h|hrs?|hours?|"
    r"(?:working |business |calendar )?days?|weeks?|months?|years?)"
)
# "for 30 seconds" is how long, and "every 30 seconds" how often: neither is a limit.
_LIMIT = re.compile(
    r"\b(?:within|in|under|(?:no|not) later than)\s+(?:at most |less than |under )?(?:the next )?"
    rf"{_NUMBER}[\s-]?{_UNIT}\b",
    re.IGNORECASE,
)


def asked_limit(question: str) -> str:
    """Give the word by which a question asks for a limit of time, in lower case; empty where it asks for none."""
    match = _ASKS.search(question)
    return match["word"].lower() if match else ""


def states_limit(text: str, *, is_scenario: bool) -> bool:
    """Tell whether a text sets a limit of time to what comes about; one in its condition says when it holds."""
    return _LIMIT.search(consequence(text, is_scenario=is_scenario)) is not None
