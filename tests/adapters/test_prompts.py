"""Prompts: what they say, that their versions tell, and what a project's own text may not do."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from geoflow.adapters.prompt_samples import SAMPLES
from geoflow.adapters.prompt_sandbox import MOST_ITEMS, MOST_RENDERED, PromptTemplate
from geoflow.adapters.prompt_text import harmless
from geoflow.adapters.templates import HALVES, JinjaTemplates
from geoflow.errors import GeoflowError
from geoflow.improvement.span_strategy import INSTRUCTIONS
from geoflow.resources import templates_folder
from tests.builders import write_tree

PROMPTS = templates_folder() / "prompts"
# Who changes a prompt's words raises the version in the first line of both of its files, and puts the new pair here;
# transcripts, commits and outcomes of the old words keep the old name.
PINNED = {
    "ask.tool/1": "d01f2f8524af756d",
    "ask.search/1": "14ff8e6bb0a0a5ef",
    "ask.result/1": "ddf43b68b8052b18",
    "ask/1": "91128fd2088e85eb",
    "improve.adopt/1": "19330cd53b4e0c62",
    "improve.answer/1": "3ff13ae01096fa70",
    "improve.ears/1": "e76aa7bff53c5ae7",
    "improve.evolve/1": "46e05beaa55c1e6a",
    "improve.lesson/1": "d89620a588155828",
    "improve.reword/1": "a6edbf19f7323dc3",
    "improve.scenario/1": "6b758fb393820922",
    "improve.span/1": "f0fcb3880526bf3a",
    "improve.veto/1": "e4c24d83112c47e9",
    "propose.place/1": "a21315fdb38d5fcc",
    "propose.relation/1": "6d8101ffc7fb4c6d",
    "propose.reword/1": "88c6a151c55e97d4",
    "propose.span/1": "d91a41a7b28fabf6",
    "propose/2": "98daa83d875b406b",
    "review.pair/1": "af3ebbdf24c9e819",
    "review.role/1": "f793516b893be0ee",
    "review.testing/1": "660d1a8898a6ad78",
}
VALUES: dict[str, Any] = {"text": "fast", "number": 3, "items": [{"name": "a"}, {"name": "b"}]}


def digest(name: str) -> str:
    words = [(PROMPTS / f"{name}-{half}.md").read_text("utf-8") for half in HALVES]
    if name.startswith("improve"):
        words.append(repr(sorted(INSTRUCTIONS.items())))
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_prompt_says_what_it_said_when_it_was_last_looked_at(name: str, snapshot: SnapshotAssertion) -> None:
    for values in SAMPLES[name]:
        prompt = JinjaTemplates().prompt(name, values)
        shown = "\n".join(f"--- {message.role}\n{message.content}" for message in prompt.messages)
        assert f"{prompt.id}\n{shown}" == snapshot


def test_changed_words_need_a_new_version() -> None:
    templates = JinjaTemplates()
    found = {templates.prompt(name, SAMPLES[name][0]).id: digest(name) for name in SAMPLES}
    assert found == PINNED


def test_every_prompt_has_both_halves_and_an_example() -> None:
    names = {path.stem.rpartition("-")[0] for path in PROMPTS.iterdir()}
    assert {path.name for path in PROMPTS.iterdir()} == {f"{name}-{half}.md" for name in names for half in HALVES}
    # What the bench asks is a ruler: no project lays its own words over it.
    assert {name for name in names if not name.startswith("bench-")} == set(SAMPLES)


@pytest.mark.parametrize("path", sorted(PROMPTS.iterdir()), ids=lambda path: path.name)
def test_the_first_line_of_a_prompt_is_its_own_name_with_a_version(path: Path) -> None:
    name = path.stem.rpartition("-")[0].replace("-", ".")
    assert re.match(rf"\{{# {re.escape(name)}/[1-9]\d* #\}}\n", path.read_text("utf-8"))


@pytest.mark.parametrize("half", ["system", "user"])
def test_halves_of_different_versions_are_a_defect(half: str, tmp_path: Path) -> None:
    fronts = {"system": "{# x/1 #}\n", "user": "{# x/1 #}\n"} | {half: "{# x/2 #}\n"}
    write_tree(tmp_path, {f"prompts/x-{name}.md": text for name, text in fronts.items()})
    with pytest.raises(ValueError, match="different versions"):
        JinjaTemplates(tmp_path).prompt("x", {})


@pytest.mark.parametrize("front", ["", "{# x #}\n", "{# x/0 #}\n", " {# x/1 #}\n", "{#x/1#}\n"])
def test_a_prompt_without_a_version_is_a_defect(front: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"prompts/x-system.md": f"{front}Do.\n", "prompts/x-user.md": "{# x/1 #}\n"})
    with pytest.raises(ValueError, match="no name and version"):
        JinjaTemplates(tmp_path).prompt("x", {})


def test_the_front_is_no_part_of_what_the_model_reads() -> None:
    prompt = JinjaTemplates().prompt("review-testing", {"requirement": "R"})
    assert prompt.messages[0].content.startswith("You are a tester.")
    assert prompt.messages[1].content == "R\n"


def test_a_project_s_own_text_is_used_and_named_by_its_content() -> None:
    def named(text: str) -> tuple[str, str]:
        prompt = JinjaTemplates(overrides={"review-testing-user.md": text}).prompt(
            "review-testing", {"requirement": "R"}
        )
        return prompt.id, prompt.messages[1].content

    ours, theirs = named("Look: {{ requirement }}"), named("See: {{ requirement }}")
    assert (ours[1], theirs[1]) == ("Look: R", "See: R")
    assert ours[0].startswith("review.testing/1+")
    assert len(ours[0]) == len("review.testing/1+") + 8
    assert ours[0] != theirs[0]
    assert named("Look: {{ requirement }}") == ours


@pytest.mark.parametrize(
    ("template", "line", "words"),
    [
        ("\n\n{{ missing }}", 3, "missing"),
        ("{% if text %}\n{{ items.missing }}\n{% endif %}", 2, "missing"),
        ("\n{{ text.upper }}", 2, "upper"),
        ("{{ text.__class__.__mro__ }}", 1, "__mro__"),
        ("{{ text['__class__'] }}", 1, "__class__"),
        ("{{ items.0.__init__ }}", 1, "__init__"),
        ("{{ self.__init__.__globals__ }}", 1, "no value"),
        ("{{ ''.join }}", 1, "join"),
        ("{{ cycler }}{{ lipsum }}{{ range }}", 1, "cycler"),
        ("{{ lipsum(n=100000) }}", 1, "Call"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", 1, "Call"),
        ("{% for a in text %}{% endfor %}", 1, "no list"),
        (
            "{% for a in items %}{% for b in items %}{% for c in items %}{% endfor %}{% endfor %}{% endfor %}",
            1,
            "deeper",
        ),
        ("{% for a in items recursive %}{{ loop(items) }}{% endfor %}", 1, "loops"),
        ("{{ text * 10000000000 }}", 1, "Mul"),
        ("{{ 10 ** 10 ** 10 }}", 1, "Pow"),
        ("{{ 2 // 0 }}", 1, "FloorDiv"),
        ("{{ text ~ text }}", 1, "Concat"),
        ("{{ text | center(1000000000) }}", 1, "center"),
        ("{{ '%1000000000d' | format(1) }}", 1, "format"),
        ("{{ text | attr('upper') }}", 1, "attr"),
        ("{{ items | map('upper') }}", 1, "map"),
        ("{{ text | _each }}", 1, "_each"),
        ("{% set a = text %}", 1, "Assign"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 1, "Macro"),
        ("{% include 'prompts/ask-user.md' %}", 1, "Include"),
        ("{% extends 'x' %}", 1, "Extends"),
        ("{% import 'os' as os %}", 1, "Import"),
        ("{{ items }}", 1, "list"),
        ("{{ text < number }}", 1, "not supported"),
        ("a\n{% if %}", 2, "expression"),
        ("{{ none }}", 1, "no text"),
        ("{{" + "(" * 5000 + "1" + ")" * 5000 + "}}", 0, "deeply"),
        ("{{ " + "9" * 5000 + " }}", 0, "large"),
        ("{% if 1 %}" * 300 + "{% endif %}" * 300, 0, "deeply"),
    ],
)
def test_a_prompt_holds_text_values_conditions_and_loops_over_lists(template: str, line: int, words: str) -> None:
    with pytest.raises(GeoflowError) as caught:
        PromptTemplate(template, "openspec/workflow/prompts/x.md").render(VALUES)
    assert caught.value.code == "prompt-invalid"
    place = f"openspec/workflow/prompts/x.md:{line} " if line else "openspec/workflow/prompts/x.md "
    assert caught.value.message.startswith(place)
    assert words in caught.value.message
    assert caught.value.fix


def test_what_a_prompt_may_hold() -> None:
    text = (
        "{# a note #}{% for one in items %}{{ loop.index }}{{ one.name | upper }}{% if not loop.last %}, {% endif %}"
        "{% endfor %}{% if number > 2 and text == 'fast' %} {{ items[1].name }}{% else %}no{% endif %}"
        "{% raw %}{{ x }}{% endraw %} {{ text | length }}"
    )
    assert PromptTemplate(text, "x").render(VALUES) == "1A, 2B b{{ x }} 4"


def test_a_seldom_reached_name_that_does_not_exist_is_found_before() -> None:
    template = PromptTemplate("{% if number > 99 %}\n{{ sentense }}\n{% endif %}", "x.md")
    assert template.render(VALUES) == ""
    with pytest.raises(GeoflowError, match=r'x\.md:2 names "sentense".*items, number, text'):
        template.require(frozenset(VALUES))


def test_a_rendered_prompt_is_bounded() -> None:
    body = "x" * (MOST_RENDERED // MOST_ITEMS)
    template = PromptTemplate("{% for a in items %}" + body + "{% endfor %}", "x.md")
    assert len(template.render({"items": [1] * MOST_ITEMS})) == MOST_RENDERED
    with pytest.raises(GeoflowError, match="1,000,000 characters"):
        PromptTemplate(body + "{% for a in items %}" + body + "{% endfor %}", "x.md").render(
            {"items": [1] * MOST_ITEMS}
        )
    with pytest.raises(GeoflowError, match="1,000 items"):
        template.render({"items": [1] * (MOST_ITEMS + 1)})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<|im_start|>system", "< |im_start|>system"),
        ("<|im_end|>\n<|eot_id|>", "< |im_end|>\n< |eot_id|>"),
        ("<｜User｜>", "< ｜User｜>"),
        ("[INST]x[/INST]", "[ INST]x[ /INST]"),
        ("<<SYS>>", "< <SYS>>"),
        ("</s><s><bos>", "< /s>< s>< bos>"),
        ("<start_of_turn>user", "< start_of_turn>user"),
        ("[TOOL_REQUEST]{}[END_TOOL_REQUEST]", "[ TOOL_REQUEST]{}[ END_TOOL_REQUEST]"),
        ("<tool_call></tool_call></think>", "< tool_call>< /tool_call>< /think>"),
        ("a\x00b\x1b[2J\x9b\x7f", "a\ufffdb\ufffd[2J\ufffd\ufffd"),
        ("\ud800 \U000e0041", "\ufffd \ufffd"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_data_cannot_play_a_role(text: str, shown: str) -> None:
    assert harmless(text) == shown
    assert PromptTemplate("{{ text }}", "x").render({"text": text}) == shown
    assert PromptTemplate("{{ text | fenced }}", "x").render({"text": text}) == f"```\n{shown}\n```"


@pytest.mark.parametrize(
    "text", ["<name> <br> a < b | c [x] `<s3-bucket>` [ref] <S>treet", "émoji 👩‍🔬 \u200d עברית", "a|b"]
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text.replace("<S>", "< S>")


@given(st.text(alphabet="<|>[]/sINT \r\n\x00\ud800", max_size=30))
def test_what_was_made_harmless_stays_so(text: str) -> None:
    once = harmless(text)
    assert harmless(once) == once
    assert not any(mark in once for mark in ("<|", "[INST]", "<s>", "\x00", "\ud800"))
    once.encode()


def test_a_marker_of_the_prompt_s_own_text_is_left_to_its_author() -> None:
    assert PromptTemplate("<|im_start|>{{ text }}", "x").render(VALUES) == "<|im_start|>fast"
