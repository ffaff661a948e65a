"""The file in the git folder that keeps verdicts from one run of `validate` to the next."""

import os

from geoflow import openspec
from geoflow.adapters.cache_file import CacheFile, cache_file


def verdict_file(root: str) -> CacheFile | None:
    """Find the file for a folder that holds `openspec/`; None where there is no git folder of this user's."""
    return cache_file(root, "verdicts", (os.path.dirname(openspec.__file__),))
