"""Addresses of model servers: how they are written, and which of them never leave this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from geoflow.errors import ExitCode, GeoflowError


def listed_addresses(text: str) -> tuple[str, ...]:
    """Read the setting `llm.base_url`: each address once, in order, made to end in /v1; `none` and nothing are none.

    Raises:
        GeoflowError: `bad-address`.
    """
    if text.strip() == "none":
        return ()
    return tuple(dict.fromkeys(normalised_url(part) for part in text.split(",") if part.strip()))


def normalised_url(url: str) -> str:
    """Make a server's address end in /v1, where the OpenAI endpoints lie.

    `localhost` becomes 127.0.0.1: LM Studio does not listen on IPv6, which that name often stands for first.

    Raises:
        GeoflowError: `bad-address` where it is not an http address at all.
    """
    bare = url.strip().rstrip("/")
    for tail in ("/chat/completions", "/models"):
        bare = bare.removesuffix(tail)
    if "://" not in bare:
        bare = f"http://{bare}"
    try:
        parts = urlsplit(bare)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or bare.endswith("://none") or any(character.isspace() for character in bare):
        raise GeoflowError(
            f'"{url}" is not the address of a model server',
            fix="Set llm.base_url to one such as http://127.0.0.1:1234/v1, or to none to work without a model.",
            code="bad-address",
            exit_code=ExitCode.USAGE,
        )
    if parts.hostname == "localhost" and parts.scheme == "http":
        user, at, host = parts.netloc.rpartition("@")
        bare = parts._replace(netloc=f"{user}{at}127.0.0.1{host[len('localhost') :]}").geturl()
    return bare if bare.endswith("/v1") else f"{bare}/v1"


def is_loopback(url: str) -> bool:
    """Tell whether an address never leaves this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
