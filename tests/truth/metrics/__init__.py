"""The true rows of each metric table: one module per table, named after it, with `rows(truth)`."""
