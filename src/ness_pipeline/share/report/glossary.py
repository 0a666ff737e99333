"""Terms that a reader may not know, each in a sentence; pages show them at the word and list them at their end."""

from __future__ import annotations

TERMS: dict[str, tuple[str, str]] = {
    "eco_security": (
        "eco-security",
        "How well a country's living nature, and the law, knowledge and money that guard it, hold together.",
    ),
    "index": (
        "index",
        "A single figure from 0 (worst) to 1 (best) put together from several measures by a published recipe.",
    ),
    "ecological_system": (
        "ecological system",
        "The living half: protected areas, species and ecosystems of a country, and their condition.",
    ),
    "security_system": (
        "security system",
        "The guarding half: law, management, knowledge and money that protect a country's nature.",
    ),
    "pillar": ("pillar", "A group of related measures within one half, averaged before the halves are joined."),
    "choices_range": (
        "range of the choices",
        "What the number would be if we had chosen otherwise: a measure or pillar left out, other weights, other goalposts. Nine in ten of such choices give a number within it. It does not say how true the measures are.",
    ),
    "missing_range": (
        "range of the missing",
        "What the number would be with everything that is missing at its worst, and at its best: measures without a value, and parts of a measure that are not known, such as a treaty of which no list speaks. It is about what is missing only.",
    ),
    "coverage_share": ("data coverage", "The share of the measures behind a figure, by weight, that have a value."),
    "red_list": (
        "Red List",
        "The International Union for Conservation of Nature's catalogue of how close species are to extinction.",
    ),
    "red_list_index": (
        "Red List Index",
        "From 1 (every species is of Least Concern) to 0 (every species has died out); it falls when species slide towards extinction.",
    ),
    "weighted": (
        "weighted by range",
        "Each species counts by the part of its world range that lies in the country or area, so species found nowhere else count most.",
    ),
    "official_series": (
        "official UN series",
        "The values that the United Nations publish for Sustainable Development Goal 15.5; this report does not compute them.",
    ),
    "threatened": (
        "threatened",
        "Listed as Vulnerable, Endangered or Critically Endangered, or surviving only in captivity or cultivation.",
    ),
    "data_deficient": (
        "Data Deficient",
        "Looked at by the Red List, but too little is known to say whether the species is at risk.",
    ),
    "assessed": (
        "assessed",
        "The Red List has looked at the species and published a verdict, even if that is 'too little known'.",
    ),
    "key_biodiversity_area": (
        "key biodiversity area",
        "A site that matters for the survival of species worldwide, identified by an agreed standard.",
    ),
    "thirty_by_thirty": (
        "30 % target",
        "Countries agreed in Montreal in 2022 to protect 30 % of the world's land and sea by 2030.",
    ),
    "in_force": (
        "in force",
        "Binding on the country or area, which may be months after its parliament or government agreed.",
    ),
    "record": ("record", "One observation or specimen of one species at one place and time in a public database."),
    "sample_coverage": (
        "sample coverage",
        "The estimated chance that one more record would be of a species already recorded; near 100 % means few surprises are left.",
    ),
    "completeness": ("completeness", "Species recorded so far as a share of the estimated number that live there."),
    "star": (
        "STAR score",
        "Species Threat Abatement and Restoration: how much of the world's extinction risk would go if a threat ended here.",
    ),
    "not_reported": (
        "not reported",
        "A value exists or could be computed, but too little stands behind it to quote it.",
    ),
}
"""Key to the words on the page and the explanation."""
