"""The command `geoflow bench review`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from geoflow.cli.options import Budget, ExecutorOption, JsonAnswer
from geoflow.errors import ExitCode


def bench_review(
    *,
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Measure the rules; ask no model.")] = False,
    roles: Annotated[
        str,
        typer.Option(
            help="Roles of the model that are measured, with commas between them, or all.", metavar="ROLE,..."
        ),
    ] = "all",
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same mutants.")] = 1,
    per_operator: Annotated[int, typer.Option(min=1, max=500, help="Mutants an operator, and half of phrasings.")] = 20,
    budget: Budget = "10m",
    executor: ExecutorOption = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a page of its own, too.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE, whatever it is.")] = False,
    as_json: JsonAnswer = False,
) -> None:
    """Tell what the reviewer sees: your own specs are made wrong in a copy, one thing at a time, and reviewed.

    Prints recall by operator, with phrasings that no rule was written for told apart; findings on requirements as you
    wrote them; and false alarms on changes that change nothing. Nothing but the page is written.

    Example: geoflow bench review --rules-only --html bench.html
    """
    from geoflow.cli.bench_review_text import print_bench
    from geoflow.cli.context import find_root_or_fail
    from geoflow.cli.workshops import Lookers, open_review
    from geoflow.quality.roles import ROLES
    from geoflow.workflow.bench_review import ReviewBench
    from geoflow.workflow.bench_review import bench_review as run_bench
    from geoflow.workflow.limits import read_limits
    from geoflow.workflow.review import known_roles

    root, limits = find_root_or_fail(), read_limits(budget)
    names = tuple(ROLES) if roles == "all" else tuple(name.strip() for name in roles.split(",") if name.strip())
    known_roles(names)
    if html is not None:
        from geoflow.adapters.page_file import check_page

        check_page(html, "bench review", force=force)
    with open_review(Lookers(rules_only, names, executor=executor)) as reviewer:
        result = run_bench(ReviewBench(reviewer, seed, per_operator), live_files(root), limits)
    if html is not None:
        from geoflow.adapters.bench_page import bench_page
        from geoflow.adapters.page_file import write_page

        write_page(html, bench_page(result.document()), "bench review", force=force)
    print_bench(result, html, as_json=as_json)
    if result.stopped:
        raise typer.Exit(int(ExitCode.INTERRUPTED))


def live_files(root: Path) -> Mapping[str, str]:
    """Read main specs and active changes; a file that cannot be read is left out, since validation names it."""
    from geoflow.errors import UnreadableError
    from geoflow.openspec.disk import load
    from geoflow.openspec.layout import ARCHIVE

    files, found = load(str(root)), {}
    for path in files:
        if path.startswith(ARCHIVE):
            continue
        try:
            found[path] = files[path]
        except UnreadableError:
            continue
    return found
