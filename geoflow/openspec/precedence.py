"""In which order changes are tried: the oldest first, but what another change builds on before it."""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

from geoflow.openspec.conflicts import Place
from geoflow.openspec.touches import Touch

_MAKERS = ("ADDED", "RENAMED TO")
_ENDS = ("REMOVED", "RENAMED FROM")


def precedence(ages: Mapping[str, str], every: Iterable[Touch], main: Mapping[Place, str]) -> list[str]:
    """Sort changes by age and name, with what makes a requirement before what changes it, and that before what ends it.

    Args:
        ages: For each change the day it was created, as in its metadata. None known (empty) counts as the oldest:
            changes without metadata come from before there was any.
        every: What the changes do.
        main: The requirements of the main specs (see `conflicts.main_blocks`).
    """
    waits, followers = _edges(every, main)
    keys = {change: (1, age, change) for change, age in ages.items()}
    by_age = sorted(keys.values())
    ready = [keys[change] for change in ages if not waits.get(change)]
    heapify(ready)
    placed: dict[str, None] = {}
    remaining = iter(by_age)
    while len(placed) < len(ages):
        # In a circle of changes that wait for each other the oldest goes first.
        change = (heappop(ready) if ready else next(remaining))[2]
        if change in placed:
            continue
        placed[change] = None
        for follower in _freed(change, waits, followers):
            heappush(ready, keys[follower])
    return list(placed)


def _freed(change: str, waits: dict[str, int], followers: Mapping[str, list[str]]) -> list[str]:
    """Count a change as done; what waited for nothing else, through any number of hubs, is free now."""
    found: list[str] = []
    done = [change]
    while done:
        for follower in followers.get(done.pop(), ()):
            waits[follower] -= 1
            if not waits[follower]:
                (done if follower.startswith("\0") else found).append(follower)
    return found


def _edges(every: Iterable[Touch], main: Mapping[Place, str]) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Link changes through a hub for each requirement and stage, so that links grow with touches and not with pairs."""
    groups: dict[Place, list[Touch]] = {}
    for touch in every:
        groups.setdefault((touch.capability, touch.name), []).append(touch)
    waits: dict[str, int] = {}
    followers: dict[str, list[str]] = {}
    for place, group in groups.items():
        for stage, (before, after) in enumerate(_stages(group, main.get(place))):
            if before and after:
                hub = f"\0{stage}\0{place[0]}\0{place[1]}"
                for one, other in [*((change, hub) for change in before), *((hub, change) for change in after)]:
                    followers.setdefault(one, []).append(other)
                    waits[other] = waits.get(other, 0) + 1
    return waits, followers


def _stages(group: list[Touch], main: str | None) -> list[tuple[list[str], list[str]]]:
    def changes(operations: Iterable[str], *, synced: bool | None = None) -> set[str]:
        return {
            touch.change
            for touch in group
            if touch.operation in operations and (synced is None or (touch.text == main) == synced)
        }

    makers, ends = changes(_MAKERS), changes(_ENDS)
    modifiers, synced = changes(("MODIFIED",), synced=False), changes(("MODIFIED",), synced=True)
    pairs = ((makers, modifiers | synced | ends), (synced, modifiers | ends), (modifiers, changes(("RENAMED FROM",))))
    return [(sorted(before), sorted(after - before)) for before, after in pairs]
