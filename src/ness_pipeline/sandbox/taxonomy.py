"""The sandbox's tree of life: real higher taxa, invented families, genera and species."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RANKS = ("KINGDOM", "PHYLUM", "CLASS", "ORDER", "FAMILY", "GENUS", "SPECIES")
SPECIES_RANK = RANKS.index("SPECIES")

BRANCHES: dict[str, tuple[float, str]] = {
    "mammals": (3.0, "Animalia Chordata Mammalia Rodentia Chiroptera Primates"),
    "birds": (4.0, "Animalia Chordata Aves Passeriformes Piciformes Charadriiformes"),
    "reptiles": (
        3.0,
        "Animalia Chordata Squamata -; Animalia Chordata Testudines -; Animalia Chordata Crocodylia -",
    ),
    "amphibians": (2.5, "Animalia Chordata Amphibia Anura Caudata Gymnophiona"),
    "ray_finned_fishes": (3.0, "Animalia Chordata Actinopterygii Cypriniformes Perciformes Siluriformes"),
    "sharks_and_rays": (1.0, "Animalia Chordata Elasmobranchii Rajiformes Lamniformes"),
    "insects": (8.0, "Animalia Arthropoda Insecta Coleoptera Lepidoptera Diptera Hymenoptera"),
    "arachnids": (2.0, "Animalia Arthropoda Arachnida Araneae Trombidiformes"),
    "crustaceans": (
        1.5,
        "Animalia Arthropoda Malacostraca Decapoda Amphipoda; Animalia Arthropoda Branchiopoda Anostraca",
    ),
    "molluscs": (2.0, "Animalia Mollusca Gastropoda Stylommatophora; Animalia Mollusca Bivalvia Unionida"),
    "corals": (1.0, "Animalia Cnidaria Anthozoa Scleractinia Alcyonacea"),
    "other_animals": (
        2.0,
        (
            "Animalia Annelida Clitellata Haplotaxida; Animalia Echinodermata Asteroidea Forcipulatida;"
            " Animalia Cnidaria Hydrozoa Leptothecata; Animalia Arthropoda Diplopoda Julida"
        ),
    ),
    "flowering_plants": (
        20.0,
        "Plantae Tracheophyta Magnoliopsida Asterales Fabales Gentianales; Plantae Tracheophyta Liliopsida Poales",
    ),
    "conifers_and_cycads": (
        2.0,
        "Plantae Tracheophyta Pinopsida Pinales; Plantae Tracheophyta Cycadopsida Cycadales",
    ),
    "ferns": (
        4.0,
        "Plantae Tracheophyta Polypodiopsida Polypodiales Cyatheales; Plantae Tracheophyta Lycopodiopsida Lycopodiales",
    ),
    "mosses": (
        4.0,
        (
            "Plantae Bryophyta Bryopsida Hypnales Dicranales; Plantae Marchantiophyta Jungermanniopsida Jungermanniales;"
            " Plantae Anthocerotophyta Anthocerotopsida Anthocerotales"
        ),
    ),
    "other_plants": (
        2.0,
        "Plantae Chlorophyta Ulvophyceae Ulvales; Plantae Rhodophyta Florideophyceae Ceramiales",
    ),
    "ascomycetes": (
        16.0,
        "Fungi Ascomycota Lecanoromycetes Lecanorales Peltigerales; Fungi Ascomycota Sordariomycetes Hypocreales",
    ),
    "basidiomycetes": (
        16.0,
        (
            "Fungi Basidiomycota Agaricomycetes Agaricales Polyporales Boletales;"
            " Fungi Basidiomycota Pucciniomycetes Pucciniales"
        ),
    ),
    "other_fungi": (
        2.0,
        "Fungi Chytridiomycota Chytridiomycetes Chytridiales; Fungi Glomeromycota Glomeromycetes Glomerales",
    ),
    "chromists": (
        3.0,
        "Chromista Ochrophyta Phaeophyceae Fucales; Chromista Oomycota Peronosporea Peronosporales",
    ),
    "": (
        3.0,
        (
            "Bacteria Cyanobacteria Cyanobacteriia Nostocales; Bacteria Proteobacteria Gammaproteobacteria Pseudomonadales;"
            " Protozoa Mycetozoa Myxomycetes Physarales; Protozoa Euglenozoa Euglenoidea Euglenida"
        ),
    ),
}
"""Reporting group to its weight among the species and its branches: kingdom, phylum, class, orders (- is none).

The empty group holds what enters no reporting group. Fungi weigh as much as animals and as plants do.
"""

_GENUS_STARTS = [
    "Quaro", "Vexi", "Zorba", "Wibo", "Jaxu", "Keltri", "Myxo", "Orvu", "Plevo", "Draxi", "Gwena", "Fenqui", "Hulzo",
    "Ixora", "Xanvi", "Yurba",
]  # fmt: skip
_GENUS_MIDDLES = [
    "bran", "celto", "dorvi", "fenzo", "galmu", "lurto", "mivra", "norqui", "pelva", "ruxi", "selgo", "tarvo",
    "vundi", "zelma",
]  # fmt: skip
_GENUS_ENDS = [
    "ella", "opsis", "ia", "odes", "aria", "ina", "astra", "idium", "ensis", "oides", "ula", "ax",
]  # fmt: skip
_EPITHETS = [
    "fict", "invent", "imagin", "somni", "chimaer", "phantasm", "simul", "utopi", "mythic", "fabulos", "arcadi",
    "numquam",
]  # fmt: skip
_EPITHET_ENDS = [
    "alis", "oides", "ensis", "aris", "icola", "iformis", "ella", "ulatus", "aticus", "inus",
]  # fmt: skip
_KEY_LETTERS = "23456789BCDFGHJKLMNPQRSTVWXYZ"
_SYNONYM_EVERY = 19
_ONLY_COL_EVERY = 53


@dataclass(frozen=True)
class Taxon:
    """One taxon, invented below the order.

    Attributes:
        name: canonical name.
        rank: index into `RANKS`.
        lineage: indices of its higher taxa and itself by rank, -1 where a rank is empty.
        col_key: key in the stand-in for the Catalogue of Life; always has a letter.
        backbone_key: number in the stand-in for the old backbone; None when the backbone lacks the species.
        group: reporting group of a species, empty when it is in none.
        accepted: index of the accepted taxon when this one is a synonym.
    """

    name: str
    rank: int
    lineage: tuple[int, ...]
    col_key: str
    backbone_key: int | None
    group: str = ""
    accepted: int | None = None

    @property
    def scientific_name(self) -> str:
        """Name with its invented authorship, as names below the family carry one."""
        return f"{self.name} {self.authorship}".strip()

    @property
    def authorship(self) -> str:
        """Invented author and year, empty above the genus."""
        return "" if self.rank < RANKS.index("GENUS") else "Fictor, 2022"


def _col_key(number: int) -> str:
    # A bijection on 29**5 numbers, so keys look random and never collide.
    rest, letters = (number * 2_654_435_761 + 11) % 29**5, ""
    for _ in range(5):
        rest, digit = divmod(rest, 29)
        letters += _KEY_LETTERS[digit]
    return letters + "X" if letters.isdigit() else letters


def _backbone_key(number: int) -> int:
    return (number * 48_271 + 7) % 9_999_991 + 1


def allocate(total: int, weights: list[float]) -> list[int]:
    """Whole numbers that add up to `total` in proportion to `weights`, each at least 1."""
    spare = total - len(weights)
    exact = [spare * weight / sum(weights) for weight in weights]
    parts = [int(value) for value in exact]
    by_rest = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_rest[: spare - sum(parts)]:
        parts[i] += 1
    return [part + 1 for part in parts]


class Taxonomy:
    """All taxa of a world, species included.

    Attributes:
        taxa: every taxon; synonyms come last.
        species: indices of the accepted species, in the order of their groups.
        lineage: array (taxa by ranks) of indices into `taxa`, -1 where a rank is empty.
        backbone_usage: taxon of the old backbone to which a record of a taxon belongs; some species are not in it.
    """

    def __init__(self, rng: np.random.Generator, species: int) -> None:
        self._rng = rng
        self._index: dict[tuple[str, ...], int] = {}
        self.taxa: list[Taxon] = []
        self.species: list[int] = []
        parts = allocate(species, [weight for weight, _ in BRANCHES.values()])
        for (group, (_, text)), species_count in zip(BRANCHES.items(), parts, strict=True):
            branches = [branch.split() for branch in text.split(";")]
            for turn, branch in enumerate(branches):
                self._grow(group, branch, species_count // len(branches) + (turn < species_count % len(branches)))
        for number in self.species[::_SYNONYM_EVERY]:
            self._add_synonym(number)
        self.lineage: NDArray[np.int32] = np.array([taxon.lineage for taxon in self.taxa], dtype=np.int32)
        usage = np.arange(len(self.taxa), dtype=np.int32)
        lacking = np.array([taxon.backbone_key is None for taxon in self.taxa])
        usage[lacking] = self.lineage[lacking, SPECIES_RANK - 1]
        self.backbone_usage: NDArray[np.int32] = usage

    def _higher(self, path: tuple[str, ...]) -> int:
        """Index of the higher taxon at the end of a path of names; it is made when it is new."""
        if path in self._index:
            return self._index[path]
        above = [self._higher(path[:depth]) if path[depth - 1] != "-" else -1 for depth in range(1, len(path))]
        number = len(self.taxa)
        lineage = (*above, number, *[-1] * (len(RANKS) - len(path)))
        self._index[path] = number
        self.taxa.append(Taxon(path[-1], len(path) - 1, lineage, _col_key(number), _backbone_key(number)))
        return number

    def _grow(self, group: str, branch: list[str], species_count: int) -> None:
        """Invent species below one class: about three to a genus and twelve to a family."""
        top, orders = tuple(branch[:3]), branch[3:]
        family_end = "idae" if branch[0] == "Animalia" else "aceae"
        added = 0
        while added < species_count:
            order = orders[(added // 12) % len(orders)]
            family = f"{self._genus_name()}{family_end}"
            for _ in range(4):
                genus = self._genus_name()
                for _ in range(int(self._rng.integers(1, 6))):
                    if added < species_count:
                        self._add_species(group, (*top, order, family, genus))
                        added += 1

    def _add_species(self, group: str, path: tuple[str, ...]) -> None:
        genus = self._higher(path)
        number = len(self.taxa)
        epithet = self._pick(_EPITHETS) + self._pick(_EPITHET_ENDS)
        if (*path, epithet) in self._index:
            epithet += f"{self._pick(_GENUS_MIDDLES)}{len(self.species)}".rstrip("0123456789") + "is"
        while (*path, epithet) in self._index:
            epithet = self._pick(_GENUS_MIDDLES) + epithet
        self._index[*path, epithet] = number
        lineage = (*self.taxa[genus].lineage[:-1], number)
        backbone = None if len(self.species) % _ONLY_COL_EVERY == _ONLY_COL_EVERY - 1 else _backbone_key(number)
        self.taxa.append(Taxon(f"{path[-1]} {epithet}", SPECIES_RANK, lineage, _col_key(number), backbone, group))
        self.species.append(number)

    def _add_synonym(self, accepted: int) -> None:
        number, real = len(self.taxa), self.taxa[accepted]
        name = f"{self._genus_name()} {real.name.split()[1]}"
        self.taxa.append(
            Taxon(name, SPECIES_RANK, real.lineage, _col_key(number), _backbone_key(number), real.group, accepted)
        )

    def _pick(self, words: list[str]) -> str:
        return words[int(self._rng.integers(len(words)))]

    def _genus_name(self) -> str:
        while True:
            middle = self._pick(_GENUS_MIDDLES) + self._pick(_GENUS_MIDDLES)
            name = self._pick(_GENUS_STARTS) + middle + self._pick(_GENUS_ENDS)
            if (name,) not in self._index:
                self._index[name,] = -1  # a genus name is used once in the whole world
                return name
