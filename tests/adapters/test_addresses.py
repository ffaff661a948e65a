import pytest

from geoflow.adapters.addresses import is_loopback, listed_addresses, normalised_url
from geoflow.errors import GeoflowError


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("http://127.0.0.1:1234", "http://127.0.0.1:1234/v1"),
        ("http://127.0.0.1:1234/v1/", "http://127.0.0.1:1234/v1"),
        ("127.0.0.1:1234", "http://127.0.0.1:1234/v1"),
        ("https://example.org/llm/v1/chat/completions", "https://example.org/llm/v1"),
        ("http://localhost:1234/v1", "http://127.0.0.1:1234/v1"),
        ("LOCALHOST", "http://127.0.0.1/v1"),
        ("http://localhost.example.org:1234/v1", "http://localhost.example.org:1234/v1"),
        ("https://localhost/v1", "https://localhost/v1"),
    ],
)
def test_an_address_ends_in_v1(given: str, made: str) -> None:
    assert normalised_url(given) == made


@pytest.mark.parametrize(
    "bad", ["", "ftp://x", "http://[::1", "http://a b", "http://host:port", "http://a:1,http://b:2"]
)
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(GeoflowError) as caught:
        normalised_url(bad)
    assert caught.value.code == "bad-address"


def test_loopback_is_known() -> None:
    assert is_loopback("http://127.0.0.1:1/v1")
    assert is_loopback("http://[::1]:1/v1")
    assert is_loopback("http://localhost:1/v1")
    assert not is_loopback("http://127.example.org/v1")
    assert not is_loopback("http://10.0.0.1/v1")


@pytest.mark.parametrize("nothing", ["", "none", " none ", " , "])
def test_none_and_nothing_are_no_addresses(nothing: str) -> None:
    assert listed_addresses(nothing) == ()


def test_several_addresses_keep_their_order_and_come_once() -> None:
    given = "http://127.0.0.1:2, localhost:1 ,127.0.0.1:2/v1,"
    assert listed_addresses(given) == ("http://127.0.0.1:2/v1", "http://127.0.0.1:1/v1")


def test_none_among_addresses_is_a_mistake() -> None:
    with pytest.raises(GeoflowError) as caught:
        listed_addresses("http://127.0.0.1:1,none")
    assert caught.value.code == "bad-address"
