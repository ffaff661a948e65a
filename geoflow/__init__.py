"""Keep a team's OpenSpec specifications in git getting better with every commit."""

__version__ = "0.1.0"
