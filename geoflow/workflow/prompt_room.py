"""How much of a prompt's context is left for what varies: measured on the prompt itself, filled with nothing."""

from collections.abc import Mapping

from geoflow.ports import JsonValue, Templates
from geoflow.quality.prompt_size import message_tokens

_SLACK = 64
"""Tokens for what a template says only where it has something to show: headings and fences."""


def room(templates: Templates, name: str, nothing: Mapping[str, JsonValue], rest: int) -> int:
    """Tell how many tokens of data a prompt has room for; below zero where the prompt alone is too long.

    Args:
        templates: The prompts, a project's own included.
        name: The prompt's name, such as `review-testing`.
        nothing: Its values, all of them empty.
        rest: The context's tokens without those of the reply.
    """
    prompt = templates.prompt(name, nothing)
    return rest - sum(message_tokens(message.content) for message in prompt.messages) - _SLACK
