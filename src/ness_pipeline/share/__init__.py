"""What leaves the house: export, data package, citations, licences, dictionary, report."""
