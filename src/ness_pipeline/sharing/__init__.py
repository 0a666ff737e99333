"""What leaves the warehouse for others: exports with their description, citations and licences, the dictionary page."""
