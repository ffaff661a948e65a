"""Contracts, gate and strategies: what an edit may do and how one is made."""
