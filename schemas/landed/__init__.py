"""Rows that pass through a contract on their way but are stored in another form."""
