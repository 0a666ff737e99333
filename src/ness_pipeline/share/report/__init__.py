"""The report: a static site of one world page and one page per country, readable from a folder without a network.

`site` writes it, `published` reads the file that analysts open, `sections` holds one module per part of a country page
with its charts and `templates/sections` the words around them, `world` prepares the first page. Words that all pages
share are in `wording` and `glossary`; colours and types in `assets`; outlines of countries in `map`, read by `world_map`.
"""
