"""The species that a scientific name names: one rule for tables, DuckDB and Spark."""

# ruff: noqa: RUF001  (the sign of a hybrid is no x)

from __future__ import annotations

import polars as pl
import pytest

from ness_pipeline.cube.text import for_spark
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.names.species_names import is_below_species, name_key_of, name_terms, species_name_of

SPECIES = [
    ("Panthera leo", "Panthera leo"),
    ("Panthera leo (Linnaeus, 1758)", "Panthera leo"),
    ("Panthera leo Linnaeus, 1758", "Panthera leo"),
    ("PANTHERA LEO", "Panthera leo"),
    ("PANTHERA LEO (LINNAEUS, 1758)", "Panthera leo"),
    ("PANTHERA LEO Linnaeus, 1758", "Panthera leo"),
    ("panthera leo", "Panthera leo"),
    ("PANTHERA leo", "Panthera leo"),
    ("Panthera_leo", "Panthera leo"),
    ("  Panthera\u00a0 leo\t", "Panthera leo"),
    ("Aëdes aegypti", "Aëdes aegypti"),
    ("AËDES AEGYPTI", "Aëdes aegypti"),
    ("Aedes (Stegomyia) aegypti (Linnaeus, 1762)", "Aedes aegypti"),
    ("Capsella bursa-pastoris (L.) Medik.", "Capsella bursa-pastoris"),
    ("Mentha × piperita L.", "Mentha piperita"),
    ("Mentha ×piperita", "Mentha piperita"),
    ("Mentha x piperita", "Mentha piperita"),
    ("× Cupressocyparis leylandii", "Cupressocyparis leylandii"),
    ("×Cupressocyparis leylandii", "Cupressocyparis leylandii"),
    ("Rosa canina L. f.", "Rosa canina"),
    ("Aus bus de Vries", "Aus bus"),
    ("Rosa canina auct. non L.", "Rosa canina"),
    ("Rubus fruticosus agg.", "Rubus fruticosus"),
    ("Malus domestica 'Gala'", "Malus domestica"),
    ("†Mammuthus primigenius", "Mammuthus primigenius"),
    ("Yi qi", "Yi qi"),
]
"""Names of species, with the species."""
BELOW = [
    ("Panthera leo persica (Meyer, 1826)", "Panthera leo"),
    ("PANTHERA LEO PERSICA", "Panthera leo"),
    ("Rosa canina subsp. andegavensis (Bastard) Des.", "Rosa canina"),
    ("Salix alba L. var. vitellina (L.) Stokes", "Salix alba"),
    ("Poa annua f. reptans", "Poa annua"),
    ("Panthera leo (West Africa subpopulation)", "Panthera leo"),
]
"""Names below the species, with the species."""
NONE = [
    "Panthera", "Felidae", "Panthera Oken, 1816", "Panthera de Blainville", "Panthera sp.", "Panthera sp", "PANTHERA SP.",
    "Panthera sp. 1", "Panthera spp.", "Panthera cf. leo", "Panthera cf leo", "cf. Panthera leo", "Panthera aff. leo",
    "Panthera indet.", "Panthera indet", "indet.", "Panthera leo/pardus", "Panthera leo?", "Panthera leo ?",
    "Panthera leo × Panthera tigris", "Panthera leo x tigris", "Taraxacum sect. Ruderalia", "Bombus subgen. Pyrobombus",
    "P. leo", "BOLD:AAA1234", "SH1508371.08FU", "OTU_123", "12345", "Tobacco mosaic virus", "Bacillus phage SPO1",
    "Unidentified bird", "Unknown", "African lion (Panthera leo)", "Лев африканский", "", None,
]  # fmt: skip
"""What names no species."""
EVERY = [
    *((text, name, False) for text, name in SPECIES),
    *((text, name, True) for text, name in BELOW),
    *((text, None, False) for text in NONE),
]
TEXTS = pl.DataFrame({"text": [text for text, _, _ in EVERY]}, schema={"text": pl.String})


def test_a_name_gives_the_species_that_it_names():
    """Genus and epithet, without what is written around them; nothing where no species is named."""
    text = pl.col("text")
    found = TEXTS.select("text", name=species_name_of(text), is_below=is_below_species(text))
    assert found.rows() == EVERY
    keys = TEXTS.select(name_key_of(text)).to_series().to_list()
    assert keys == [None if name is None else f"name:{name}" for _, name, _ in EVERY]


@pytest.mark.slow
def test_spark_reads_names_in_the_same_way():
    """The macros, translated for Spark, give the same."""
    pytest.importorskip("pyspark")
    from ness_pipeline.cube.spark import session

    opened = session("local[1]")
    try:
        opened.createDataFrame([(text,) for text, _, _ in EVERY], "text string").createOrReplaceTempView("name")
        statement = "SELECT text, species_name_of(text) AS name, is_below_species(text) AS is_below FROM name"
        assert sorted(map(str, map(tuple, opened.sql(for_spark(statement, {})).collect()))) == sorted(map(str, EVERY))
    finally:
        opened.stop()


@pytest.mark.parametrize(
    ("columns", "terms"),
    [
        (["Species", "Date"], ["species"]),
        (["Species", "Latin name"], ["scientificName", "species"]),
        (["Latin name"], ["scientificName"]),
        (["gbifID", "scientificName", "species"], ["species", "scientificName"]),
        (["scientificName", "acceptedNameUsage"], ["acceptedNameUsage", "scientificName"]),
        (["gbifID", "scientificName", "acceptedScientificName", "species"], ["acceptedScientificName", "species", "scientificName"]),
        (["Lat", "Long"], []),
    ],
)  # fmt: skip
def test_the_column_that_decides(columns, terms):
    """An accepted name comes before any other; `species` is a name in GBIF's files, and may be a common one in people's."""
    assert name_terms(ColumnNames(columns, "a file")) == terms
