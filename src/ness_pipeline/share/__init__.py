"""Outputs for others: export, data package, citations, licences, dictionary, report."""
