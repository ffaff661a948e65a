"""One look at git for hooks, without the libraries that everything else pays for: they cost more than the look."""

import os

# What git sets for its hooks is about the command that runs them, not about the repository that is looked at.
_KEPT = ("GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")


def is_openspec_unchanged(root: str) -> bool:
    """Tell whether `openspec/` at HEAD is surely that of its first parent; False also where git cannot say.

    Args:
        root: The folder that holds `openspec/`.
    """
    answer = _ask(root, "rev-parse", "--quiet", "HEAD:./openspec", "HEAD^:./openspec").split()
    return len(answer) == 2 and answer[0] == answer[1]


def refs_below(root: str, prefix: str) -> list[str]:
    """List the refs below a prefix that ends in a slash, without it; none where git cannot say."""
    said = _ask(root, "for-each-ref", "--format=%(refname)", prefix) if root else ""
    return [line.removeprefix(prefix) for line in said.splitlines()]


def _ask(root: str, *arguments: str) -> str:
    """Run git in a folder; its output, empty where it fails or processes cannot be started this way."""
    spawn = getattr(os, "posix_spawnp", None)
    if spawn is None:
        return ""
    reading, writing = os.pipe()
    try:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)
        }
        actions = [
            (os.POSIX_SPAWN_DUP2, writing, 1),
            (os.POSIX_SPAWN_CLOSE, reading),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        process = spawn("git", ["git", "-C", root, *arguments], environment, file_actions=actions)
    except OSError:
        os.close(reading)
        return ""
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb") as output:
        said = output.read()
    _, status = os.waitpid(process, 0)
    return os.fsdecode(said) if status == 0 else ""
