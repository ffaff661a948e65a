"""Specs with one thing made wrong on purpose, so that it is known what a reviewer ought to find."""
