"""The console script. What git hooks call is answered before the command line's library is imported."""

import gc
import os
import sys

TYPE_CHECKING = False  # what type checkers take for true, without the import of typing
if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Run the command line; a reader that goes away (`| head`) ends it without a word."""
    try:
        _run()
    except BrokenPipeError:
        # What is left in the buffer goes nowhere, instead of into a traceback when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def _run() -> None:
    try:
        # A run this short is over before it pays to look for garbage, or to take down what was built.
        gc.disable()
        code = None if _is_completing() else _answer_quickly_as_it_is_to_look(sys.argv[1:])
        if code is not None:
            tell_alert(sys.argv[1:])
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        gc.enable()
        collect_seldom()
        from geoflow.cli.app import app

        try:
            app()
        finally:
            tell_alert(sys.argv[1:])
    except BrokenPipeError:
        raise
    except Exception:  # noqa: BLE001 (whatever gets here is a defect, and must not look like the answer "no")
        import traceback

        from geoflow.errors import ExitCode

        traceback.print_exc()
        raise SystemExit(int(ExitCode.BUG)) from None


def collect_seldom() -> None:
    """Look for garbage seldom: trees of documents are many objects that stay, and were looked through again and again.

    Nothing here makes rings by the thousand, so what waits is small.
    """
    gc.set_threshold(_AT_ONCE, _THEN, _THEN)


_AT_ONCE, _THEN = 100_000, 20
_SILENT = {"--version", "--help", "--json", "--format=json", "json", "--hook", "mcp", "--quiet", "-q"}


def tell_alert(arguments: list[str]) -> None:
    """Say on stderr, once, which measures a commit made worse; not to scripts, which read JSON, nor from a hook."""
    if _is_completing() or not _SILENT.isdisjoint(arguments):
        return
    from geoflow.adapters.alert_file import take_alert

    try:
        line = take_alert(os.getcwd())  # noqa: PTH109 (pathlib costs more than it gives here)
    except FileNotFoundError:
        return
    if line and line.isprintable():
        sys.stderr.write(f"geoflow: {line}\n")


def _is_completing() -> bool:
    """Tell whether a shell asks what may stand there: it does so by a variable, and without arguments."""
    return any(name.endswith("_COMPLETE") and "GEOFLOW" in name for name in os.environ)


def _answer_quickly_as_it_is_to_look(arguments: list[str]) -> int | None:
    if arguments and arguments[0][:1] == "-" and arguments != ["--version"]:
        from geoflow.cli.looks import split_looks, use_looks

        looks, arguments = split_looks(arguments)
        use_looks(looks)
    return answer_quickly(arguments)


def answer_quickly(arguments: list[str]) -> int | None:
    """Answer `--version`, plain `validate` and `list`, `review` by rule, no command; None where Typer is needed."""
    if whole := _WHOLE.get(tuple(arguments)):
        return whole()
    if arguments in ([], ["--json"]) and _is_in_a_tree():
        from geoflow.cli import state

        return _answer(lambda: state.show_state(as_json=bool(arguments)), as_json=bool(arguments))
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "validate":
        from geoflow.cli import validation

        asked = validation.read_arguments(rest)
        return None if asked is None else _answer(lambda: validation.run(asked), as_json=asked.as_json)
    if command == "review":
        from geoflow.cli import reviewing

        sought = reviewing.read_arguments(rest)
        return None if sought is None else _answer(lambda: reviewing.run(sought), as_json=sought.form == "json")
    if command == "list":
        from geoflow.cli import listing

        wanted = listing.read_arguments(rest)
        return None if wanted is None else _answer(lambda: listing.run(wanted), as_json=wanted.as_json)
    return None


def _version() -> int:
    from geoflow import __version__

    print(f"geoflow {__version__}")
    return 0


def _record() -> int:
    from geoflow.cli.monitor_hook import record_for_hook

    return record_for_hook()


_WHOLE = {("--version",): _version, ("monitor", "record", "--hook"): _record}


def _is_in_a_tree() -> bool:
    from geoflow.openspec.disk import find_root

    try:
        return find_root(os.getcwd()) is not None  # noqa: PTH109 (pathlib costs more than it gives here)
    except FileNotFoundError:
        return False


def _answer(run: "Callable[[], int]", *, as_json: bool) -> int:
    """Run a command; an expected failure is shown here and where the command line is the whole one, nowhere else."""
    from geoflow.errors import ExitCode, GeoflowError

    try:
        return run()
    except GeoflowError as error:
        from geoflow.cli.render import print_error

        print_error(error, as_json=as_json)
        return int(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Nothing was left half done.\n")
        return int(ExitCode.INTERRUPTED)


if __name__ == "__main__":
    main()
