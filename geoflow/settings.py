"""The settings: plain values with their defaults. Reading them from files and environment is an adapter's work."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Section `llm`. `base_url` empty means: find a server; `none` means: no model at all. Times are seconds."""

    base_url: str = ""
    model: str = ""
    api_key: str = ""
    first_token_timeout: float = 300.0
    timeout: float = 600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a project."""

    llm: ModelSettings = field(default_factory=ModelSettings)
