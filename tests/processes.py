"""The processes that a test has started and that are still there."""


def children_of_the_test() -> dict[int, str]:
    """Give the command line of every process below this one; one that has ended and was not waited for is none."""
    import psutil

    found = {}
    for child in psutil.Process().children(recursive=True):
        try:
            found[child.pid] = " ".join(child.cmdline())
        except psutil.Error:
            continue
    return found
