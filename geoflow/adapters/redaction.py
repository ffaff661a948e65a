"""Secrets taken out of texts that are kept: the ones that are known, and what looks like one."""

import re
from collections.abc import Collection

HIDDEN = "[secret]"
_SHORTEST_KNOWN = 6  # characters; a shorter token would blank out words
_FORMS = re.compile(
    r"""
    (?P<block>-----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z))
    | \b(?:
        sk-[A-Za-z0-9_-]{16,}                                 # LM Studio, OpenAI, Anthropic
      | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_[A-Za-z0-9_]{20,} | glpat-[A-Za-z0-9_-]{16,}
      | (?:AKIA|ASIA)[A-Z0-9]{16} | AIza[A-Za-z0-9_-]{30,}
      | xox[abeoprs]-[A-Za-z0-9-]{10,} | hf_[A-Za-z0-9]{20,} | npm_[A-Za-z0-9]{30,} | pypi-[A-Za-z0-9_-]{30,}
      | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*  # a JSON web token
    )
    | (?<=://)[^\s/:@"'<>]+:[^\s/@"'<>]+(?=@)                  # name and password in an address
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(
    r"""(?P<name>\b(?:api[_-]?key|access[_-]?key|secret|password|passwd|token|authorization|bearer)\b
        ["']?\s*(?:[:=]\s*)?["']?(?:Bearer\s+)?)
        (?P<value>(?=[A-Za-z0-9_./+=-]*[0-9])(?=[A-Za-z0-9_./+=-]*[A-Za-z])[A-Za-z0-9_./+=-]{16,})""",
    re.VERBOSE | re.IGNORECASE,
)


def redacted(text: str, known: Collection[str] = ()) -> str:
    """Put `[secret]` in place of the known secrets, of keys of well-known forms, and of values that follow their name.

    What follows a name such as `token` counts from 16 characters on, letters and digits mixed: prose is left alone.
    """
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= _SHORTEST_KNOWN:
            text = text.replace(secret, HIDDEN)
    return _NAMED.sub(lambda match: match["name"] + HIDDEN, _FORMS.sub(HIDDEN, text))
