"""Whether this machine can run the embedded engine: asked before a start, since a crash explains nothing."""

import ctypes
import importlib.util
import platform
import sys
from pathlib import Path

from geoflow.adapters.extras import install_line
from geoflow.errors import GeoflowError

_CPU_FLAGS = ("avx2", "fma", "f16c")
_INSTEAD = "use LM Studio (https://lmstudio.ai) or set GEOFLOW_LLM__BASE_URL to another model server."


def is_installed() -> bool:
    """Tell whether the engine's package is there, without loading it."""
    return importlib.util.find_spec("xllamacpp") is not None


def require_engine() -> None:
    """Check the package, the processor and the system's OpenMP library.

    Raises:
        GeoflowError: `engine-missing`, `engine-unsupported`, `cpu-unsupported` or `openmp-missing`.
    """
    if not is_installed():
        raise _missing(sys.platform, platform.machine(), platform.libc_ver()[0])
    if sys.platform == "linux":
        _require_cpu(Path("/proc/cpuinfo"), platform.machine())
        _require_openmp("libgomp.so.1")


def has_wide_registers() -> bool:
    """Tell whether the processor has what compiled wheels of models need; other systems than Linux are trusted."""
    if sys.platform != "linux":
        return True
    try:
        _require_cpu(Path("/proc/cpuinfo"), platform.machine())
    except GeoflowError:
        return False
    return True


def _missing(system: str, machine: str, libc: str) -> GeoflowError:
    machines = {"linux": {"x86_64", "aarch64"}, "darwin": {"x86_64", "arm64"}, "win32": {"AMD64"}}
    if machine not in machines.get(system, set()) or (system == "linux" and libc != "glibc"):
        return GeoflowError(
            f"the embedded engine has no package for this platform ({system} {machine} {libc})".replace(" )", ")"),
            fix=f"Instead {_INSTEAD}",
            code="engine-unsupported",
        )
    return GeoflowError(
        "the embedded engine is not installed",
        fix=f"Type: {install_line('local')}, or {_INSTEAD}",
        code="engine-missing",
    )


def _require_cpu(cpuinfo: Path, machine: str) -> None:
    if machine != "x86_64":
        return
    try:
        flags = {word for line in cpuinfo.read_text().splitlines() if line.startswith("flags") for word in line.split()}
    except OSError:
        return
    lacking = [flag for flag in _CPU_FLAGS if flag not in flags]
    if flags and lacking:
        raise GeoflowError(
            f"this processor lacks {', '.join(lacking)}, which the embedded engine needs",
            fix=f"Instead {_INSTEAD}",
            code="cpu-unsupported",
        )


def _require_openmp(library: str) -> None:
    try:
        ctypes.CDLL(library)
    except OSError:
        raise GeoflowError(
            f"the embedded engine needs the system's OpenMP library, {library}, which is not there",
            fix="Type: apt install libgomp1 (Debian, Ubuntu), or dnf install libgomp (Fedora).",
            code="openmp-missing",
        ) from None
