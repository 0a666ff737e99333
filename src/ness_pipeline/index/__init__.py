"""The eco-security index and its uncertainty: what SQL cannot say.

`definition` is what the index is, `reading` reads and checks it, `scores` computes it, `uncertainty` says how sure it is, `tables` goes
from the values in a warehouse to rows. With any definition, from any warehouse, the way is the same:

    components = component_rows(connection, definition, countries)
    index_rows(score_countries(components, definition), definition)
"""
