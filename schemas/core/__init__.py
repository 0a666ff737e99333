"""Typed, conformed facts: one row per fact, after every source has been weighed."""
