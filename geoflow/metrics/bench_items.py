"""The small built-in set that `bench model` asks: requirements to judge, sentences to mend, questions to answer.

Written for this purpose and about things that no prompt's example names; no item comes from anybody's specs. The set
has a version: results of different versions cannot be compared.
"""

from typing import NamedTuple

VERSION = 1


class Judged(NamedTuple):
    """A requirement, and whether a test could fail it."""

    text: str
    testable: bool


class Mended(NamedTuple):
    """A sentence, what to do with it, and the sentences that would be right."""

    sentence: str
    instruction: str
    right: tuple[str, ...]


class Asked(NamedTuple):
    """A question over extracts: the number of the one that answers (from 1), and a word that the answer must hold."""

    question: str
    extracts: tuple[str, ...]
    source: int
    word: str


def _requirement(name: str, sentence: str) -> str:
    return f"### Requirement: {name}\n{sentence}\n"


_CLEAR = (
    ("Upload size", "The gallery SHALL refuse images larger than 20 MB."),
    ("Session end", "The portal SHALL end a session after 15 minutes without a request."),
    ("Retry", "The courier SHALL send a failed message again at most three times."),
    ("Sorting", "The catalogue SHALL list books by title in alphabetical order."),
    ("Password", "The portal SHALL refuse passwords with fewer than 12 characters."),
    ("Backup", "The archive SHALL write a copy of each document to a second disk before it confirms."),
    ("Time zone", "The calendar SHALL show each meeting in the time zone of its reader."),
    ("Missing field", "The importer SHALL name the line of the first row that lacks a column."),
    ("Duplicate", "The register SHALL refuse a second account with the same e-mail address."),
    ("Export", "The report SHALL be offered as a CSV file with a header line."),
    ("Lock", "The editor SHALL refuse changes to a page that another person has locked."),
    ("Audit", "The vault SHALL write the name of the person to the log at each opening."),
)
_OPEN = (
    ("Search", "The catalogue SHALL find books quickly."),
    ("Layout", "The portal SHALL look modern on all screens."),
    ("Help", "The editor SHALL offer helpful hints."),
    ("Load", "The gallery SHALL cope with heavy traffic."),
    ("Errors", "The importer SHALL handle bad rows gracefully."),
    ("Storage", "The archive SHALL use disk space efficiently."),
    ("Alerts", "The register SHALL send notices in a timely manner."),
    ("Names", "The calendar SHALL choose sensible names for meetings."),
    ("Start", "The vault SHALL start reasonably fast."),
    ("Quality", "The report SHALL be of high quality."),
    ("Ease", "The courier SHALL be easy to set up."),
    ("Robust", "The index SHALL be robust against unusual input."),
)
JUDGED = tuple(
    Judged(_requirement(name, sentence), testable=testable)
    for pair in zip(_CLEAR, _OPEN, strict=True)
    for (name, sentence), testable in zip(pair, (True, False), strict=True)
)

_TAKE = "Take out the word “{}”."
_SHALL = "Put SHALL before the main verb, so that the sentence is an obligation."
MENDED = (
    Mended(
        "The gallery SHALL quickly scale each image to 200 pixels and store it.",
        _TAKE.format("quickly"),
        ("The gallery SHALL scale each image to 200 pixels and store it.",),
    ),
    Mended(
        "The courier SHALL gracefully close the connection after 30 s.",
        _TAKE.format("gracefully"),
        ("The courier SHALL close the connection after 30 s.",),
    ),
    Mended(
        "The report SHALL show suitable totals for each month and each branch.",
        _TAKE.format("suitable"),
        ("The report SHALL show totals for each month and each branch.",),
    ),
    Mended(
        "The vault SHALL open the door only with two keys, if possible.",
        "Take out the words “if possible”.",
        ("The vault SHALL open the door only with two keys.",),
    ),
    Mended(
        "The importer SHALL efficiently read files of up to 2 GB.",
        _TAKE.format("efficiently"),
        ("The importer SHALL read files of up to 2 GB.",),
    ),
    Mended(
        "The register sends a letter to each new member within 2 days.",
        _SHALL,
        ("The register SHALL send a letter to each new member within 2 days.",),
    ),
    Mended(
        "The editor saves the page every 30 s and shows the time of the last save.",
        _SHALL,
        (
            "The editor SHALL save the page every 30 s and shows the time of the last save.",
            "The editor SHALL save the page every 30 s and show the time of the last save.",
        ),
    ),
    Mended(
        "The index refuses a query that is longer than 500 characters.",
        _SHALL,
        ("The index SHALL refuse a query that is longer than 500 characters.",),
    ),
    Mended(
        "The calendar SHALL offer rooms, lamps, etc. to each guest.",
        "Take out the words “, etc.”, so that the list is closed.",
        (
            "The calendar SHALL offer rooms, lamps to each guest.",
            "The calendar SHALL offer rooms and lamps to each guest.",
        ),
    ),
    Mended(
        "The portal SHALL show the balance and/or the last five bookings.",
        "Write “or” or “and” in place of “and/or”.",
        (
            "The portal SHALL show the balance or the last five bookings.",
            "The portal SHALL show the balance and the last five bookings.",
        ),
    ),
)

_EXTRACTS = (
    "The gallery SHALL refuse images larger than 20 MB and name the limit in its answer.",
    "The portal SHALL end a session after 15 minutes without a request.",
    "The courier SHALL send a failed message again at most three times, 10 s apart.",
    "The archive SHALL keep each document for 11 years and delete it then.",
    "The register SHALL inform both members by letter when an account is closed.",
)
ASKED = (
    Asked("How large may an image be?", _EXTRACTS, 1, "20"),
    Asked("After how long is a session ended?", _EXTRACTS, 2, "15"),
    Asked("How often is a failed message sent again?", _EXTRACTS, 3, "three"),
    Asked("How long is a document kept?", _EXTRACTS, 4, "11"),
    Asked("Who is told when an account is closed?", _EXTRACTS, 5, "members"),
    Asked("What does the gallery do with an image that is too large?", _EXTRACTS, 1, "refuse"),
    Asked("How much time lies between two tries to send?", _EXTRACTS, 3, "10"),
    Asked("How are members told of a closed account?", _EXTRACTS, 5, "letter"),
)
