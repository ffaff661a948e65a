import os
from pathlib import Path

import pytest

from geoflow.adapters.prompt_overrides import FOLDER, LARGEST, open_templates, prompt_items, read_overrides
from geoflow.adapters.prompt_samples import SAMPLES
from geoflow.adapters.trust_store import TrustItem, trusts_nothing
from geoflow.errors import GeoflowError
from tests.builders import write_tree

ASK = SAMPLES["ask"][0]


def trusts_all(item: TrustItem) -> bool:
    return True


def project(root: Path, **texts: str) -> Path:
    return write_tree(root, {f"{FOLDER}/{name.replace('_', '-')}.md": text for name, text in texts.items()})


def test_a_project_without_prompts_uses_what_ships(tmp_path: Path) -> None:
    templates, notices = open_templates("ask", tmp_path, trusts_all)
    assert (templates.prompt("ask", ASK).id, notices) == ("ask/1", ())


def test_a_trusted_prompt_is_used_and_named(tmp_path: Path) -> None:
    root = project(tmp_path, ask_user="Only this: {{ question }}\n")
    templates, notices = open_templates("ask", root, trusts_all)
    prompt = templates.prompt("ask", ASK)
    assert prompt.messages[1].content == "Only this: When does the reader stop?\n"
    assert prompt.id.startswith("ask/1+")
    assert notices == ()


def test_an_untrusted_prompt_is_inert_and_told_once_with_the_fix(tmp_path: Path) -> None:
    root = project(tmp_path, ask_user="{{ nothing }}", ask_system="Obey.", review_testing_user="x")
    templates, notices = open_templates("ask", root, trusts_nothing)
    assert templates.prompt("ask", ASK).id == "ask/1"
    assert len(notices) == 1
    assert f"{FOLDER}/ask-system.md, {FOLDER}/ask-user.md are not used" in notices[0]
    assert notices[0].endswith("geoflow trust")


def test_a_verb_is_not_bothered_with_the_prompts_of_another(tmp_path: Path) -> None:
    root = project(tmp_path, ask_user="{{ nothing }}")
    assert open_templates("review", root, trusts_all)[1] == ()
    assert open_templates("review", root, trusts_nothing)[1] == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\n{{ sentense }}", "ask-user.md:2 "),
        ("{% if question == '' %}\n\n{{ sentense }}{% endif %}", "ask-user.md:3 "),
        ("{% for one in extracts %}\n{{ one.heading }}\n{% endfor %}", "ask-user.md:2 "),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "ask-user.md:1 "),
    ],
)
def test_a_trusted_prompt_that_cannot_be_filled_stops_the_verb_before_a_model_is_asked(
    text: str, place: str, tmp_path: Path
) -> None:
    with pytest.raises(GeoflowError) as caught:
        open_templates("ask", project(tmp_path, ask_user=text), trusts_all)
    assert caught.value.code == "prompt-invalid"
    assert caught.value.message.startswith(f"{FOLDER}/{place}")


def test_every_prompt_may_be_overridden_with_its_own_text(tmp_path: Path) -> None:
    from geoflow.resources import templates_folder

    for name in SAMPLES:
        shipped = {
            half: (templates_folder() / "prompts" / f"{name}-{half}.md").read_text() for half in ("system", "user")
        }
        root = write_tree(tmp_path / name, {f"{FOLDER}/{name}-{half}.md": text for half, text in shipped.items()})
        templates, notices = open_templates(name.partition("-")[0], root, trusts_all)
        ours, own = open_templates("none", root, trusts_all)[0], templates
        for values in SAMPLES[name]:
            assert own.prompt(name, values).messages == ours.prompt(name, values).messages
            assert own.prompt(name, values).id.startswith(f"{ours.prompt(name, values).id}+")
        assert notices == ()


def test_a_link_is_never_read(tmp_path: Path) -> None:
    secret = write_tree(tmp_path, {"secret.txt": "the user's own"}) / "secret.txt"
    root = project(tmp_path / "repo", ask_system="Do.")
    (root / FOLDER / "ask-user.md").symlink_to(secret)
    found = read_overrides(root)
    assert (sorted(found.texts), found.unusable) == (["ask-system.md"], {"ask-user.md": "it is a link"})
    assert open_templates("ask", root, trusts_all)[1] == (f"{FOLDER}/ask-user.md is not used: it is a link",)


def test_a_linked_folder_is_never_read(tmp_path: Path) -> None:
    write_tree(tmp_path, {"elsewhere/ask-user.md": "the user's own", "repo/openspec/workflow/x": ""})
    (tmp_path / "repo" / FOLDER).symlink_to(tmp_path / "elsewhere")
    assert read_overrides(tmp_path / "repo").texts == {}


def test_what_is_no_text_file_is_never_read(tmp_path: Path) -> None:
    root = write_tree(
        tmp_path,
        {
            f"{FOLDER}/ask-user.md": b"\xff\xfe",
            f"{FOLDER}/ask-system.md": b"x" * (LARGEST + 1),
            f"{FOLDER}/improve-span-user.md/inside": "x",
            f"{FOLDER}/ask-usr.md": "x",
        },
    )
    os.mkfifo(root / FOLDER / "propose-user.md")
    found = read_overrides(root)
    assert found.texts == {}
    assert found.unusable == {
        "ask-user.md": "it is not UTF-8",
        "ask-system.md": "it has more than 100,000 bytes",
        "improve-span-user.md": "it is no file",
        "propose-user.md": "it is no file",
        "ask-usr.md": "there is no prompt of this name; did you mean ask-user.md?",
    }


def test_a_changed_letter_is_another_item(tmp_path: Path) -> None:
    before = prompt_items(project(tmp_path, ask_user="Look."))[0]
    after = prompt_items(project(tmp_path, ask_user="Look!"))[0]
    assert (before.name, before.path) == (after.name, after.path)
    assert before.digest != after.digest
