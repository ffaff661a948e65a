"""Where geoflow keeps things of the user that belong to no repository."""

from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path, user_state_path


def models_folder() -> Path:
    """Name the folder of pulled model files; nothing is made."""
    return user_data_path("geoflow", appauthor=False) / "models"


def embedded_folder() -> Path:
    """Name the folder where a running embedded server writes its address; nothing is made."""
    return user_data_path("geoflow", appauthor=False) / "embedded"


def replies_folder() -> Path:
    """Name the folder for replies of models that could not be used; nothing is made."""
    return user_cache_path("geoflow", appauthor=False) / "replies"


def prompts_folder() -> Path:
    """Name the folder for what the embedded engine has read of prompts; nothing is made."""
    return user_cache_path("geoflow", appauthor=False) / "prompts"


def locks_folder() -> Path:
    """Name the folder of locks for roots that no repository holds; nothing is made."""
    return user_cache_path("geoflow", appauthor=False) / "locks"


def user_settings_file() -> Path:
    """Name the user's own settings file; nothing is made."""
    return user_config_path("geoflow", appauthor=False) / "geoflow.yaml"


def profiles_file() -> Path:
    """Name the file of what the bench found out about models; nothing is made."""
    return user_data_path("geoflow", appauthor=False) / "model-bench.json"


def trust_folder() -> Path:
    """Name the folder that keeps what the user trusts repositories with; nothing is made."""
    return user_data_path("geoflow", appauthor=False) / "trust"


def mcp_file() -> Path:
    """Name the user's own list of MCP servers; nothing is made."""
    return user_config_path("geoflow", appauthor=False) / "mcp.json"


def roots_folder() -> Path:
    """Name the folder for what is kept of roots that no repository holds; nothing is made."""
    return user_state_path("geoflow", appauthor=False) / "roots"
