import json
import os
import stat
from pathlib import Path

import pytest

from geoflow.adapters.trust_items import items_of
from geoflow.adapters.trust_store import TrustItem, TrustStore
from geoflow.errors import GeoflowError
from tests.builders import write_tree

ITEM = TrustItem("address", "llm.base_url", "openspec/geoflow.yaml", "sends text", "http://198.51.100.7/v1")
OTHER = TrustItem("prompt", "prompts/ask-user.md", "openspec/workflow/prompts/ask-user.md", "tells", "Look.\n")


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    return TrustStore(tmp_path / "data" / "trust")


def root_of(tmp_path: Path, name: str = "repo") -> Path:
    (tmp_path / name).mkdir(exist_ok=True)
    return tmp_path / name


def files_of(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "data" / "trust").iterdir())


def test_nothing_is_trusted_until_it_is_granted(tmp_path: Path, store: TrustStore) -> None:
    root = root_of(tmp_path)
    assert store.state(root, ITEM) == "new"
    assert not store.in_repository(root)(ITEM)
    assert store.repositories() == []
    assert not (tmp_path / "data").exists()


def test_what_is_granted_is_trusted_as_it_is_and_in_no_other_place(tmp_path: Path, store: TrustStore) -> None:
    root = root_of(tmp_path)
    store.grant(root, [ITEM])
    changed = TrustItem(ITEM.kind, ITEM.name, ITEM.path, ITEM.effect, f"{ITEM.content},http://198.51.100.8/v1")
    renamed = TrustItem(ITEM.kind, "another", ITEM.path, ITEM.effect, ITEM.content)
    assert [store.state(root, item) for item in (ITEM, changed, renamed, OTHER)] == ["trusted", "changed", "new", "new"]
    assert [store.in_repository(root)(item) for item in (ITEM, changed, renamed)] == [True, False, False]
    assert store.state(root_of(tmp_path, "copy"), ITEM) == "new"


def test_a_link_to_the_repository_is_the_repository(tmp_path: Path, store: TrustStore) -> None:
    root = root_of(tmp_path)
    (tmp_path / "link").symlink_to(root)
    store.grant(tmp_path / "link", [ITEM])
    assert store.state(root, ITEM) == "trusted"


def test_what_is_no_longer_shown_is_no_longer_trusted(tmp_path: Path, store: TrustStore) -> None:
    root = root_of(tmp_path)
    store.grant(root, [ITEM, OTHER])
    store.grant(root, [OTHER])
    assert (store.state(root, ITEM), store.state(root, OTHER)) == ("new", "trusted")


def test_the_file_is_the_user_s_alone_and_holds_no_content(tmp_path: Path, store: TrustStore) -> None:
    old = os.umask(0)
    try:
        store.grant(root_of(tmp_path), [ITEM, OTHER])
    finally:
        os.umask(old)
    (file,) = files_of(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "198.51.100.7" not in file.read_text()


def test_what_is_revoked_is_not_trusted(tmp_path: Path, store: TrustStore) -> None:
    root = root_of(tmp_path)
    store.grant(root, [ITEM])
    assert [store.revoke(root), store.revoke(root)] == [True, False]
    assert store.state(root, ITEM) == "new"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"schema":"geoflow.trusted/2","repository":"/","since":"","items":{}}',
        b'{"schema":"geoflow.trusted/1","items":{}}',
        b'{"schema":"geoflow.trusted/1","repository":"/","since":"","items":["llm.base_url"]}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_none_is_no_trust(content: bytes, tmp_path: Path, store: TrustStore) -> None:
    root = root_of(tmp_path)
    store.grant(root, [ITEM])
    files_of(tmp_path)[0].write_bytes(content)
    assert (store.state(root, ITEM), store.repositories()) == ("new", [])


def test_a_record_of_another_repository_is_no_trust(tmp_path: Path, store: TrustStore) -> None:
    root = root_of(tmp_path)
    store.grant(root, [ITEM])
    file = files_of(tmp_path)[0]
    file.write_text(json.dumps(json.loads(file.read_text()) | {"repository": str(tmp_path / "other")}))
    assert store.state(root, ITEM) == "new"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(GeoflowError) as caught:
        TrustStore(tmp_path / "data" / "trust").grant(root_of(tmp_path), [ITEM])
    assert (caught.value.code, bool(caught.value.fix)) == ("trust-not-kept", True)


def test_a_repository_is_listed_with_all_that_wants_trust(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "openspec/geoflow.yaml": "llm:\n  base_url: [http://127.0.0.1:1234, http://198.51.100.7:1234]\n",
            "openspec/workflow/prompts/ask-user.md": "{{ question }}\n",
            "openspec/workflow/prompts/notes.md": "nothing\n",
        },
    )
    items, broken = items_of(tmp_path)
    assert broken == {}
    assert [(item.kind, item.name) for item in items] == [
        ("address", "llm.base_url"),
        ("prompt", "prompts/ask-user.md"),
    ]
    assert items[0].content == "http://127.0.0.1:1234/v1,http://198.51.100.7:1234/v1"
    assert items[0].effect == "sends text of your specs to http://198.51.100.7:1234/v1"
    assert items[1].content == "{{ question }}\n"


@pytest.mark.parametrize(
    "text", ["", "llm:\n  base_url: none\n", "llm:\n  base_url: localhost:1234\n", "rules:\n  off: []\n"]
)
def test_what_stays_on_this_machine_wants_no_trust(text: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/geoflow.yaml": text})
    assert items_of(tmp_path) == ([], {})
