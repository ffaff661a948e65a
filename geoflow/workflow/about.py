"""What a place in a document is about: its requirement, and the finding there that needs an answer."""

from collections.abc import Mapping

from geoflow.improvement.contract import contract_of
from geoflow.openspec import read_tree
from geoflow.quality.finding import Finding
from geoflow.quality.findings import documents, find_in, requirements_of
from geoflow.quality.names import names_of
from geoflow.questions.question import About


def place_about(files: Mapping[str, bytes], path: str, line: int) -> About | None:
    """Say what a line of a document is about; line 0 means the document as a whole. None where nothing is there."""
    texts = {name: content.decode("utf-8", "replace") for name, content in files.items()}
    tree = read_tree(texts)
    document = next((one for one in documents(tree) if one.path == path), None)
    if document is None:
        return None
    if not line:
        return About(path)
    holding = [one for one in requirements_of(document) if one.span.line <= line <= one.span.end_line]
    if not holding:
        return None
    found = [
        one
        for one in find_in(document, (), names_of(tree))
        if one.requirement == holding[0].name and _needs_answer(one, line)
    ]
    return About(path, holding[0].name, found[0].code, found[0].quote) if found else About(path, holding[0].name)


def _needs_answer(finding: Finding, line: int) -> bool:
    return finding.line <= line <= finding.end_line and contract_of(finding).name == "needs-answer"
