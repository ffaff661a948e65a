"""Calls of a real model, recorded: what the loop made of them is held fast.

After a change of prompts, rules or the demo's specs, record anew with a model at hand: `python -m tests.recorded`.
"""
