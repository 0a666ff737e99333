"""Reporting groups by name."""

from __future__ import annotations

import polars as pl
import pytest

from ness_pipeline.names.taxon_groups import GROUP_TAXA, RESIDUAL_GROUPS, group_of, with_groups
from ness_pipeline.schemas.vocabulary import TAXON_GROUPS


def test_every_reporting_group_has_taxa():
    """Groups are those of the vocabulary, each with at least one taxon, no taxon in two groups."""
    assert tuple(GROUP_TAXA) == TAXON_GROUPS
    taxa = [taxon for group in GROUP_TAXA.values() for taxon in group]
    assert all(GROUP_TAXA.values())
    assert len(set(taxa)) == len(taxa)


def test_residual_groups_are_whole_kingdoms():
    """A group that is the rest of its kingdom names that kingdom and nothing else."""
    for group in RESIDUAL_GROUPS:
        assert [taxon.taxon_rank for taxon in GROUP_TAXA[group]] == ["KINGDOM"]


@pytest.mark.parametrize(
    ("lineage", "group"),
    [
        (("Animalia", "Chordata", "Mammalia", "Carnivora"), "mammals"),
        (("Animalia", "Chordata", "Squamata", None), "reptiles"),
        (("Animalia", "Chordata", "Reptilia", "Squamata"), "reptiles"),
        (("Animalia", "Chordata", None, "Perciformes"), "ray_finned_fishes"),
        (("Animalia", "Chordata", "Ascidiacea", "Phlebobranchia"), "other_animals"),
        (("Animalia", "Cnidaria", "Octocorallia", "Malacalcyonacea"), "corals"),
        (("Plantae", "Tracheophyta", "Polypodiopsida", "Equisetales"), "ferns"),
        (("Plantae", "Tracheophyta", "Equisetopsida", "Equisetales"), "ferns"),
        (("Plantae", "Marchantiophyta", "Jungermanniopsida", None), "mosses"),
        (("Plantae", "Rhodophyta", "Florideophyceae", None), "other_plants"),
        (("FUNGI", "ascomycota", None, None), "ascomycetes"),
        (("Fungi", "Mucoromycota", None, None), "other_fungi"),
        (("Chromista", None, None, None), "chromists"),
        (("Bacteria", "Pseudomonadota", "Gammaproteobacteria", None), None),
        (("Animalia", None, None, None), None),
        ((None, None, "Aves", None), "birds"),
        (("Plantae", None, "Aves", None), "other_plants"),
        ((None, None, None, None), None),
    ],
)
def test_names_decide_the_group(lineage, group):
    """The narrowest name decides; the rest of a kingdom is its residual group; no names, no group."""
    assert group_of(*lineage) == group


def test_a_frame_gets_the_group_of_every_row():
    """Rows keep their order and columns; a missing rank counts as unknown."""
    frame = pl.DataFrame({"class": ["Aves", None, "Insecta", "Aves"], "n": [1, 2, 3, 4]})
    grouped = with_groups(frame)
    assert grouped.columns == ["class", "n", "taxon_group"]
    assert grouped["taxon_group"].to_list() == ["birds", None, "insects", "birds"]
    assert grouped["n"].to_list() == [1, 2, 3, 4]
