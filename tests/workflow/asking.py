"""What improve works with where it may ask people."""

from pathlib import Path

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.git import open_repository
from geoflow.adapters.question_files import QuestionFiles
from geoflow.adapters.templates import JinjaTemplates
from geoflow.ports import ChatModel
from geoflow.workflow.desk import Desk
from geoflow.workflow.workshop import Workshop
from tests.fakes import SilentProgress


def asking_workshop(root: Path, model: ChatModel | None) -> Workshop:
    """Join a repository, its question files and a model, or none."""
    return Workshop(
        open_repository(root),
        model,
        JinjaTemplates(),
        SystemClock(),
        SilentProgress(),
        questions=QuestionFiles(root, root / ".git" / "locks"),
        desk=Desk("geoflow improve", lambda _: ()),
    )
