"""From occurrence records to a cube: read → name terms → check → count.

- `engine.py`: the order of the steps, and what an engine must do
- `records.py`, `terms.py`: read files, and find Darwin Core terms in their columns
- `steps.py`, `rules.py`: name terms and check records, as SQL
- `counting.py`: count records, as SQL
- `duckdb.py`, `spark.py`, `gbif.py`: the engines; the SQL of all but gbif is in `warehouse/cube/`, read by `text.py`
- `species.py`, `merge.py`: species of each country, and cubes made elsewhere
"""
