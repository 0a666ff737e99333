"""Reporting groups by scientific name: which higher taxa make up each group, and the group of one species.

A group is defined by names and ranks alone, so it means the same in every checklist. Checklists differ, though, in
which names they use and when they changed: fishes lost their class in the GBIF backbone, reptiles became four classes,
corals two. So a group lists every accepted way of naming it; the alternatives of one group name the same species.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl


class Taxon(NamedTuple):
    """One higher taxon of a group.

    Attributes:
        scientific_name: name without author.
        taxon_rank: KINGDOM, PHYLUM, CLASS or ORDER.
        kingdom: kingdom that the taxon belongs to, which tells homonyms apart.
    """

    scientific_name: str
    taxon_rank: str
    kingdom: str


def _taxa(kingdom: str, taxon_rank: str, names: str) -> tuple[Taxon, ...]:
    """Taxa of one kingdom and rank from names separated by blanks."""
    return tuple(Taxon(name, taxon_rank, kingdom) for name in names.split())


GROUP_TAXA: dict[str, tuple[Taxon, ...]] = {
    "mammals": _taxa("Animalia", "CLASS", "Mammalia"),
    "birds": _taxa("Animalia", "CLASS", "Aves"),
    "reptiles": _taxa("Animalia", "CLASS", "Reptilia Squamata Testudines Crocodylia Sphenodontia"),
    "amphibians": _taxa("Animalia", "CLASS", "Amphibia"),
    "ray_finned_fishes": (
        *_taxa("Animalia", "CLASS", "Actinopterygii Actinopteri Teleostei Holostei Chondrostei Cladistia"),
        *_taxa(
            "Animalia",
            "ORDER",
            "Acanthuriformes Acipenseriformes Acropomatiformes Albuliformes Alepocephaliformes Amiiformes Anabantiformes "
            "Anguilliformes Argentiniformes Ateleopodiformes Atheriniformes Aulopiformes Batrachoidiformes Beloniformes "
            "Beryciformes Blenniiformes Callionymiformes Carangiformes Centrarchiformes Cetomimiformes Characiformes "
            "Cichliformes Clupeiformes Cypriniformes Cyprinodontiformes Dactylopteriformes Elopiformes Esociformes "
            "Gadiformes Galaxiiformes Gasterosteiformes Gobiesociformes Gobiiformes Gonorynchiformes Gymnotiformes "
            "Hiodontiformes Holocentriformes Istiophoriformes Kurtiformes Labriformes Lampriformes Lepidogalaxiiformes "
            "Lepisosteiformes Lophiiformes Moroniformes Mugiliformes Mulliformes Myctophiformes Notacanthiformes "
            "Ophidiiformes Osmeriformes Osteoglossiformes Pempheriformes Perciformes Percopsiformes Pleuronectiformes "
            "Polymixiiformes Polypteriformes Saccopharyngiformes Salmoniformes Scombriformes Scorpaeniformes "
            "Siluriformes Spariformes Stephanoberyciformes Stomiiformes Stylephoriformes Synbranchiformes "
            "Syngnathiformes Tetraodontiformes Trachichthyiformes Trachiniformes Uranoscopiformes Zeiformes",
        ),
    ),
    "sharks_and_rays": _taxa("Animalia", "CLASS", "Chondrichthyes Elasmobranchii Holocephali"),
    "insects": _taxa("Animalia", "CLASS", "Insecta"),
    "arachnids": _taxa("Animalia", "CLASS", "Arachnida"),
    "crustaceans": _taxa(
        "Animalia",
        "CLASS",
        "Malacostraca Branchiopoda Maxillopoda Hexanauplia Copepoda Thecostraca Ostracoda Ichthyostraca Cephalocarida "
        "Remipedia Branchiura Cirripedia Mystacocarida Tantulocarida",
    ),
    "molluscs": _taxa("Animalia", "PHYLUM", "Mollusca"),
    "corals": _taxa("Animalia", "CLASS", "Anthozoa Hexacorallia Octocorallia"),
    "other_animals": _taxa("Animalia", "KINGDOM", "Animalia"),
    "flowering_plants": (
        *_taxa("Plantae", "PHYLUM", "Magnoliophyta"),
        *_taxa("Plantae", "CLASS", "Magnoliopsida Liliopsida"),
    ),
    "conifers_and_cycads": _taxa("Plantae", "CLASS", "Pinopsida Cycadopsida Ginkgoopsida Gnetopsida"),
    "ferns": (
        *_taxa(
            "Plantae",
            "CLASS",
            "Polypodiopsida Lycopodiopsida Filicopsida Pteridopsida Marattiopsida Psilotopsida Isoetopsida",
        ),
        *_taxa("Plantae", "ORDER", "Equisetales"),  # the class Equisetopsida means all land plants in some systems
    ),
    "mosses": _taxa("Plantae", "PHYLUM", "Bryophyta Marchantiophyta Anthocerotophyta"),
    "other_plants": _taxa("Plantae", "KINGDOM", "Plantae"),
    "ascomycetes": _taxa("Fungi", "PHYLUM", "Ascomycota"),
    "basidiomycetes": _taxa("Fungi", "PHYLUM", "Basidiomycota"),
    "other_fungi": _taxa("Fungi", "KINGDOM", "Fungi"),
    "chromists": _taxa("Chromista", "KINGDOM", "Chromista"),
}
"""Group to the higher taxa that make it up, widest rank first."""

_MOST_FISHES = frozenset({"Actinopterygii", "Actinopteri", "Teleostei"})
"""Classes of which a checklist with classes of fishes has one."""

_INDEX_SETS: dict[str, str] = {
    "cycadales": "cycads",
    "scleractinia": "reef_building_corals",
    "milleporidae": "reef_building_corals",
    "helioporidae": "reef_building_corals",
}
"""Order or family to the set of the Red List Index that holds its species.

Reef-building corals are the stony corals, fire corals and blue coral that the Red List has assessed. Its stony corals of
cold and deep water, of which few are assessed, are among them, as nothing in its data tells them apart.
"""

RESIDUAL_GROUPS: frozenset[str] = frozenset({"other_animals", "other_plants", "other_fungi"})
"""Groups that are what remains of their kingdom after all other groups."""

_BY_NAME: dict[tuple[str, str], tuple[str, str]] = {
    (taxon.taxon_rank, taxon.scientific_name.lower()): (group, taxon.kingdom.lower())
    for group, taxa in GROUP_TAXA.items()
    for taxon in taxa
}


def is_needed(taxon: Taxon, found: Iterable[Taxon]) -> bool:
    """Whether a taxon can add to those of its group that a checklist has.

    Orders of fishes stand in for a class that the checklist does not have, and add nothing to it. The order of the
    horsetails stands for itself: no class of the ferns holds it.
    """
    is_stand_in = taxon.taxon_rank == "ORDER" and taxon in GROUP_TAXA["ray_finned_fishes"]
    return not (is_stand_in and any(other.scientific_name in _MOST_FISHES for other in found))


def index_set_of(order: str | None, family: str | None) -> str | None:
    """The set of the Red List Index that a species of this order or family is in, None for most species."""
    return next((found for name in (order, family) if name and (found := _INDEX_SETS.get(name.strip().lower()))), None)


def group_of(kingdom: str | None, phylum: str | None, class_: str | None, order: str | None) -> str | None:
    """The reporting group of a species with these higher taxa, None when no group holds it or its names do not say.

    Letter case is ignored. The narrowest rank that names a group decides, then the kingdom's residual group; a name
    under another kingdom than the group's is a homonym and decides nothing. Without a phylum, class and order the
    kingdom alone cannot tell its groups apart, so only a kingdom without named groups (Chromista) gives an answer.
    """
    given = {"ORDER": order, "CLASS": class_, "PHYLUM": phylum}
    names = {rank: name.strip().lower() for rank, name in given.items() if name and name.strip()}
    realm = (kingdom or "").strip().lower()
    for rank, name in names.items():
        group, expected = _BY_NAME.get((rank, name), (None, ""))
        if group is not None and realm in {"", expected}:
            return group
    group, _ = _BY_NAME.get(("KINGDOM", realm), (None, ""))
    return group if names or group not in RESIDUAL_GROUPS else None


def with_groups(species: pl.DataFrame) -> pl.DataFrame:
    """The frame with a column `taxon_group` added, from its columns `kingdom`, `phylum`, `class` and `order`.

    Columns that are missing count as unknown. Each distinct combination of names is looked up once.
    """
    ranks = ["kingdom", "phylum", "class", "order"]
    missing = [pl.lit(None, pl.String).alias(rank) for rank in ranks if rank not in species.columns]
    named = species.with_columns(missing)
    lineages = named.select(ranks).unique()
    groups = pl.Series("taxon_group", [group_of(*row) for row in lineages.iter_rows()], pl.String)
    joined = named.join(lineages.with_columns(groups), on=ranks, how="left", nulls_equal=True, maintain_order="left")
    return joined.select(*species.columns, "taxon_group")


def kingdom_of(taxon_group: str) -> str | None:
    """The kingdom of a reporting group, None where it is in several or none."""
    kingdoms = {taxon.kingdom for taxon in GROUP_TAXA.get(taxon_group, ())}
    return kingdoms.pop() if len(kingdoms) == 1 else None
