"""The eco-security index and its ranges: the computations that SQL cannot express.

`definition` holds the model of a definition, `reading` reads and checks it, `scores` computes the scores, `choices` what
other choices do to them. `components` finds which value stands for each measure, `country_scores` scores the countries,
and `tables` makes the rows. For any definition and any warehouse:

    components = component_rows(connection, definition, countries)
    index_rows(score_countries(components, definition), definition, states(connection))
"""
