from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.prompt_text import fenced
from geoflow.adapters.templates import JinjaTemplates
from geoflow.errors import GeoflowError
from tests.builders import write_tree


def test_holes_are_filled(tmp_path: Path) -> None:
    write_tree(tmp_path, {"prompts/span.md": "Mend {{ word }}.\n"})
    assert JinjaTemplates(tmp_path).render("prompts/span.md", {"word": "fast"}) == "Mend fast.\n"


def test_markdown_is_not_escaped_as_html(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a.md": "{{ text }}"})
    assert JinjaTemplates(tmp_path).render("a.md", {"text": "a < b & `c`"}) == "a < b & `c`"


def test_a_hole_without_a_value_is_an_error(tmp_path: Path) -> None:
    from jinja2 import UndefinedError

    write_tree(tmp_path, {"a.md": "{{ text }}"})
    with pytest.raises(UndefinedError):
        JinjaTemplates(tmp_path).render("a.md", {})


def test_a_template_that_is_not_there_says_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(GeoflowError) as caught:
        JinjaTemplates(tmp_path).render("prompts/none.md", {})
    assert caught.value.code == "template-missing"
    assert "pip install" in caught.value.fix


def test_a_template_cannot_be_read_from_outside_its_folder(tmp_path: Path) -> None:
    write_tree(tmp_path, {"inside/a.md": "", "secret.md": "secret"})
    with pytest.raises(GeoflowError):
        JinjaTemplates(tmp_path / "inside").render("../secret.md", {})


def test_a_template_cannot_reach_the_interpreter(tmp_path: Path) -> None:
    from jinja2.exceptions import SecurityError

    write_tree(tmp_path, {"a.md": "{{ text.__class__.__mro__ }}"})
    with pytest.raises(SecurityError):
        JinjaTemplates(tmp_path).render("a.md", {"text": "x"})


def test_values_are_never_read_as_template(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a.md": "{{ text }}"})
    assert JinjaTemplates(tmp_path).render("a.md", {"text": "{{ 7 * 7 }}"}) == "{{ 7 * 7 }}"


@given(st.text(alphabet="`a\n ", max_size=40))
def test_data_cannot_close_its_fence(text: str) -> None:
    lines = fenced(text).split("\n")
    assert lines[0] == lines[-1]
    assert not any(line.strip().startswith(lines[0]) for line in lines[1:-1])
