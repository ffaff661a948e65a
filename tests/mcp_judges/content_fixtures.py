"""What the conformance harness expects a server to offer: content of every kind, prompts, resources, schemas."""

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from mcp.server import MCPServer

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SILENCE = base64.b64encode(
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0"
).decode()
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def add_content(server: "MCPServer") -> None:
    """Add the tools that only give something, the resources and the prompts."""
    for tool in _tools():
        server.add_tool(tool, description=f"Fixture {tool.__name__}.", structured_output=False)
    _add_schema_tool(server)
    _add_resources(server)
    for prompt in _prompts():
        server.prompt(description=f"Fixture {prompt.__name__}.")(prompt)


def _embedded(uri: str, mime_type: str, text: str) -> Any:
    from mcp.types import EmbeddedResource, TextResourceContents

    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime_type, text=text))


def _tools() -> list[Callable[..., Any]]:
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import AudioContent, ImageContent, TextContent
    from pydantic import Field

    image = ImageContent(type="image", data=PIXEL, mime_type="image/png")

    def test_simple_text() -> Any:
        return "This is a simple text response for testing."

    def test_image_content() -> Any:
        return [image]

    def test_audio_content() -> Any:
        return [AudioContent(type="audio", data=SILENCE, mime_type="audio/wav")]

    def test_embedded_resource() -> Any:
        return [_embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")]

    def test_multiple_content_types() -> Any:
        mixed = _embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
        return [TextContent(type="text", text="Multiple content types test:"), image, mixed]

    def test_error_handling() -> Any:
        raise ToolError("This tool intentionally returns an error for testing")

    def test_custom_headers(region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})]) -> Any:
        return f"In {region}."

    return [
        *(test_simple_text, test_image_content, test_audio_content, test_embedded_resource),
        *(test_multiple_content_types, test_error_handling, test_custom_headers),
    ]


def _add_schema_tool(server: "MCPServer") -> None:
    from mcp.server.mcpserver.tools import Tool

    def json_schema_2020_12_tool() -> Any:
        return "A schema with every keyword."

    tool = Tool.from_function(json_schema_2020_12_tool, description="Fixture.", structured_output=False)
    tool.parameters = SCHEMA
    server._tool_manager._tools[tool.name] = tool  # no public way in takes a schema as it stands


def _add_resources(server: "MCPServer") -> None:
    @server.resource("test://static-text", mime_type="text/plain", description="A text.")
    def static_text() -> str:
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png", description="An image.")
    def static_binary() -> bytes:
        return base64.b64decode(PIXEL)

    @server.resource("test://watched-resource", mime_type="text/plain", description="A text that may change.")
    def watched() -> str:
        return "Watched resource content."

    @server.resource("test://template/{id}/data", mime_type="application/json", description="A text for each id.")
    def template(id: str) -> str:  # noqa: A002 - the name in the template
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def _prompts() -> list[Callable[..., Any]]:
    from mcp.server.mcpserver.prompts.base import UserMessage
    from mcp.types import ImageContent

    def test_simple_prompt() -> Any:
        return [UserMessage("This is a simple prompt for testing.")]

    def test_prompt_with_arguments(arg1: str, arg2: str) -> Any:
        return [UserMessage(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")]

    def test_prompt_with_embedded_resource(resourceUri: str) -> Any:  # noqa: N803 - the harness names it
        content = _embedded(resourceUri, "text/plain", "Embedded resource content for testing.")
        return [UserMessage(content), UserMessage("Please process the embedded resource above.")]

    def test_prompt_with_image() -> Any:
        image = ImageContent(type="image", data=PIXEL, mime_type="image/png")
        return [UserMessage(image), UserMessage("Please analyze the image above.")]

    return [
        *(test_simple_prompt, test_prompt_with_arguments),
        *(test_prompt_with_embedded_resource, test_prompt_with_image),
    ]
