"""Who works in tests, and what of the machine they see."""

ADA = "Ada Example"
EMAIL = "ada@example.org"
WORLD = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": ADA,
    "GIT_AUTHOR_EMAIL": EMAIL,
    "GIT_COMMITTER_NAME": ADA,
    "GIT_COMMITTER_EMAIL": EMAIL,
    "NO_COLOR": "1",
    "COLUMNS": "100",
    "TZ": "UTC",
}
"""Variables of the environment, besides the home folder."""
