"""What a project's settings may not do by being cloned: what wants trust, and what is the user's alone."""

from collections.abc import Callable
from typing import NamedTuple

from geoflow.adapters.addresses import is_loopback, listed_addresses
from geoflow.adapters.executor_address import read_executor
from geoflow.adapters.setting_values import PROJECT_FILE, Entry, typed
from geoflow.adapters.trust_store import TrustItem, Trusts

_LIMITS = {"tools.timeout", "tools.calls", "tools.result"}
USERS_OWN = {"questions.agents", "questions.me", "review.seats", *_LIMITS}
"""What starts a process, who the user is, and how much of the user's machine a model may take."""


class _Wanting(NamedTuple):
    """A setting that wants trust for some values: the item to be trusted, if any, and how its value is told."""

    item: Callable[[Entry], TrustItem | None]
    told: str


def wanted_trust(name: str, entry: Entry) -> TrustItem | None:
    """Give what one of `WANT_TRUST` would reach or let do, if it wants trust; GeoflowError `settings-invalid`."""
    return WANT_TRUST[name].item(entry)


def disarm(project: dict[str, Entry], trusts: Trusts) -> list[str]:
    """Take out of a project's settings what it may not set, or what is not trusted; give what people must be told."""
    notices = []
    if key := project.pop("llm.api_key", None):
        notices.append(f"{key.source} sets llm.api_key, which is ignored: a key belongs to GEOFLOW_LLM__API_KEY.")
    for name in USERS_OWN & project.keys():
        entry = project.pop(name)
        notices.append(f"{entry.source} sets {name}, which is ignored: it belongs to your own settings.")
    for name in [name for name in reversed(WANT_TRUST) if name in project]:
        item = wanted_trust(name, project[name])
        if item and not trusts(item):
            notices.append(_untrusted(project.pop(name), item))
    return notices


def _untrusted(entry: Entry, item: TrustItem) -> str:
    told = WANT_TRUST[item.name].told.format(content=item.content)
    return (
        f"{entry.source} sets {item.name}{told}, which is ignored: if you trust this repository with it, type: "
        "geoflow trust"
    )


def _address_item(url: Entry) -> TrustItem | None:
    addresses = listed_addresses(typed("llm.base_url", url))
    beyond = [address for address in addresses if not is_loopback(address)]
    if not beyond:
        return None
    effect = f"sends text of your specs to {', '.join(beyond)}"
    return TrustItem("address", "llm.base_url", PROJECT_FILE, effect, ",".join(addresses))


def _executor_item(entry: Entry) -> TrustItem | None:
    # On this machine as well: who holds that port can run code as whoever connects to it.
    place = typed("llm.executor", entry)
    if read_executor(place) is None:
        return None
    effect = f"sends text of your specs to {place}, and runs what that scheduler sends"
    return TrustItem("address", "llm.executor", PROJECT_FILE, effect, place)


def _tool_item(allow: Entry) -> TrustItem | None:
    words = typed("tools.allow", allow)
    if not words:
        return None
    effect = f"lets a model call tools of your MCP servers: {', '.join(words)}"
    return TrustItem("tools", "tools.allow", PROJECT_FILE, effect, " ".join(words))


WANT_TRUST = {
    "llm.base_url": _Wanting(_address_item, " to another machine ({content})"),
    "llm.executor": _Wanting(_executor_item, " to {content}"),
    "tools.allow": _Wanting(_tool_item, ""),
}
"""Every setting that a project's file may hold and that is inert until it is trusted, by name."""
