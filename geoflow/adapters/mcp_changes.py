"""Tell clients that subscribed what has changed, in the form of their era."""

from typing import Any

QUESTIONS = "geoflow://question/"


async def tell_of_question(ctx: Any, key: str) -> None:
    """Tell that a question's file is new or has changed; `ctx` is the SDK's context of a call."""
    await tell_of_change(ctx, f"{QUESTIONS}{key}")


async def tell_of_change(ctx: Any, uri: str) -> None:
    """Tell that a resource is new or has changed."""
    await ctx.notify_resource_updated(uri)
    await ctx.notify_resources_changed()
    await ctx.session.send_resource_updated(uri)
    await ctx.session.send_resource_list_changed()
