"""The outside: git, model servers, files, templates. workflow sees them through `geoflow.ports` only."""
