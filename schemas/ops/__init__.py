"""Runs, loads, quarantine, provenance and publications: how the numbers came to be."""
