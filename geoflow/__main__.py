"""The console script. What git hooks call is answered before the command line's library is imported."""

import os
import sys


def main() -> None:
    """Run the command line; a reader that goes away (`| head`) ends it without a word."""
    try:
        _run()
    except BrokenPipeError:
        # What is left in the buffer goes nowhere, instead of into a traceback when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def _run() -> None:
    code = answer_quickly(sys.argv[1:])
    if code is not None:
        sys.stdout.flush()
        raise SystemExit(code)
    from geoflow.cli.app import app

    try:
        app()
    except Exception:  # noqa: BLE001 (whatever gets here is a defect, and must not look like the answer "no")
        import traceback

        from geoflow.errors import ExitCode

        traceback.print_exc()
        raise SystemExit(int(ExitCode.BUG)) from None


def answer_quickly(arguments: list[str]) -> int | None:
    """Answer `--version` and a plain `validate`; the exit code, or None where the whole command line is needed."""
    if arguments == ["--version"]:
        from geoflow import __version__

        print(f"geoflow {__version__}")
        return 0
    if arguments[:1] != ["validate"]:
        return None
    from geoflow.cli.validation import read_arguments, run

    request = read_arguments(arguments[1:])
    if request is None:
        return None
    from geoflow.errors import GeoflowError

    try:
        return run(request)
    except GeoflowError as error:
        from geoflow.cli.render import print_error

        print_error(error, as_json=request.as_json)
        return int(error.exit_code)
    except KeyboardInterrupt:
        from geoflow.errors import ExitCode

        return int(ExitCode.INTERRUPTED)


if __name__ == "__main__":
    main()
