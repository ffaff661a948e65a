import pytest
from jsonschema import ValidationError

from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, ChatRequest, Message
from tests.fakes import QueueModel

SCHEMA: dict[str, object] = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}


def ask(model: ChatModel, schema: dict[str, object] | None = None) -> object:
    reply = model.complete(ChatRequest("test/1", (Message("user", "one two"),), schema))
    return reply.value if schema else reply.text


def test_replies_come_in_order_and_requests_are_kept() -> None:
    model = QueueModel({"word": "first"}, lambda request: {"word": request.messages[0].content})
    assert [ask(model, SCHEMA), ask(model, SCHEMA)] == [{"word": "first"}, {"word": "one two"}]
    assert model.prompts == ["one two", "one two"]
    assert model.left == 0


def test_an_empty_queue_fails_the_test_unless_something_always_answers() -> None:
    with pytest.raises(AssertionError, match="test/1"):
        ask(QueueModel())
    assert ask(QueueModel(always="yes")) == "yes"


def test_a_scripted_error_is_raised() -> None:
    with pytest.raises(GeoflowError):
        ask(QueueModel(GeoflowError("gone", code="model-unreachable")))


def test_a_scripted_object_of_the_wrong_form_is_refused() -> None:
    with pytest.raises(ValidationError):
        ask(QueueModel({"other": 1}), SCHEMA)
