"""Measures and snapshots: what is counted, with unit and aim."""
