"""The one error that means: tell the user and stop."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line.

    `NO` means that the command worked and the answer is no (invalid, gate failed); `BUG` is a defect of geoflow.
    """

    OK = 0
    NO = 1
    USAGE = 2
    ENVIRONMENT = 3
    BUG = 70
    INTERRUPTED = 130


class GeoflowError(Exception):
    """An expected failure: what happened to which thing, and what to type.

    Args:
        message: What happened to which thing, one sentence.
        fix: What to type or change, one sentence; empty only where nothing can be done.
        code: A stable kebab-case name that scripts may match.
        exit_code: How the command line ends.
    """

    def __init__(
        self, message: str, *, fix: str = "", code: str = "failed", exit_code: ExitCode = ExitCode.ENVIRONMENT
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.code = code
        self.exit_code = exit_code


_UNREADABLE_FIXES = {
    "unreadable": "Make it a file that you may read.",
    "outside-root": "Replace the link by the file itself.",
    "bad-name": "Rename the folder.",
}


class UnreadableError(GeoflowError):
    """A file of a tree is there and cannot be read.

    Args:
        path: The file, relative to the root of the tree.
        reason: Why it cannot be read, a clause.
        code: A stable kebab-case name that scripts may match.
    """

    def __init__(self, path: str, reason: str, *, code: str = "unreadable") -> None:
        fix = _UNREADABLE_FIXES[code]
        super().__init__(f"{path} cannot be read: {reason}", fix=fix, code=code)
        self.path = path
        self.reason = reason
