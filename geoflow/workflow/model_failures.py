"""What a failed call of a model says about the next one."""

ONE_CALL_ONLY = frozenset({"model-reply-invalid", "model-context-exceeded"})
"""Codes of failures that say nothing about the next call: the reply or the prompt was bad, not the server."""

INTERRUPTED = "interrupted"
"""The user stopped the run with Ctrl-C in the middle of a call."""

ENDS_THE_RUN = frozenset({INTERRUPTED, "not-in-transcript"})
"""Codes that no verb works around: the user stopped it, or a replay has come to something else than was recorded."""
