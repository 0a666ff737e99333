"""The SQL of the warehouse: one file is one table, view, macro or worked question."""
