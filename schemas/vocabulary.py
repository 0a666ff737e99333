"""Closed vocabularies: Red List categories, reporting groups, reasons and treaties.

Sources: IUCN Red List Categories and Criteria 3.1 (2001) for the categories; weights of the Red List Index after
Butchart et al. 2007 (equal steps), with regional extinction counted as extinction.
"""

from __future__ import annotations

import datetime as dt

RED_LIST_CATEGORIES: dict[str, str] = {
    "EX": "Extinct",
    "EW": "Extinct in the Wild",
    "RE": "Regionally Extinct",
    "CR": "Critically Endangered",
    "EN": "Endangered",
    "VU": "Vulnerable",
    "NT": "Near Threatened",
    "LC": "Least Concern",
    "DD": "Data Deficient",
    "NA": "Not Applicable",
    "NE": "Not Evaluated",
}
"""Category code to name, from the most to the least severe, then the ones that are no assessment of risk."""

TAXON_GROUPS: tuple[str, ...] = (
    "mammals",
    "birds",
    "reptiles",
    "amphibians",
    "ray_finned_fishes",
    "sharks_and_rays",
    "insects",
    "arachnids",
    "crustaceans",
    "molluscs",
    "corals",
    "other_animals",
    "flowering_plants",
    "conifers_and_cycads",
    "ferns",
    "mosses",
    "other_plants",
    "ascomycetes",
    "basidiomycetes",
    "other_fungi",
    "chromists",
)
"""Reporting groups; each species is in at most one."""

ROLL_UPS: tuple[str, ...] = ("animals", "plants", "fungi", "all")
"""Groups of groups; `all` holds every reporting group."""

ORIGINS: tuple[str, ...] = ("native", "reintroduced", "introduced", "vagrant", "uncertain", "assisted_colonisation")
"""How a species came to a country (IUCN mapping standards)."""

PRESENCES: tuple[str, ...] = (
    "extant",
    "probably_extant",
    "possibly_extant",
    "possibly_extinct",
    "extinct",
    "uncertain",
)
"""Whether a species is in a country today (IUCN mapping standards)."""

DISPLACED_REASONS: tuple[str, ...] = (
    "same",
    "older",
    "contradiction",
    "fewer_records",
    "replaced",
    "own_file",
)
"""Why rows of own files and publishers do not count; see `ops.displaced`."""

MATCHED_BY: tuple[str, ...] = ("key", "sample", "warehouse", "gbif", "own_file", "none")
"""How the key of a species in an own file was found; see `ops.own_species`."""

CHANGE_REASONS: tuple[str, ...] = (
    "genuine_recent",
    "genuine_since_first_assessment",
    "genuine",
    "new_information",
    "knowledge_of_criteria",
    "criteria_revision",
    "taxonomy",
    "incorrect_data",
    "other",
    "no_change",
)
"""Why a category differs from the one before; only the first three mean that the species itself fared better or worse."""

THREAT_TIMINGS: tuple[str, ...] = ("ongoing", "future", "past_likely_to_return", "past_unlikely_to_return", "unknown")
"""When a threat acts (IUCN threat timing)."""

THREAT_SCOPES: tuple[str, ...] = ("whole", "majority", "minority", "unknown")
"""How much of the population a threat reaches: over 90 %, 50 to 90 %, under 50 %."""

THREAT_SEVERITIES: tuple[str, ...] = (
    "very_rapid",
    "rapid",
    "slow_significant",
    "fluctuations",
    "negligible",
    "no_decline",
    "unknown",
)
"""What decline a threat causes in the population that it reaches."""

TREATIES: dict[str, str] = {
    "cbd": "Convention on Biological Diversity",
    "cartagena": "Cartagena Protocol on Biosafety",
    "nagoya": "Nagoya Protocol on Access and Benefit-sharing",
    "nagoya_kuala_lumpur": "Nagoya-Kuala Lumpur Supplementary Protocol on Liability and Redress",
    "cites": "Convention on International Trade in Endangered Species",
    "cms": "Convention on Migratory Species",
    "ramsar": "Ramsar Convention on Wetlands",
    "world_heritage": "World Heritage Convention",
    "itpgrfa": "International Treaty on Plant Genetic Resources for Food and Agriculture",
    "paris": "Paris Agreement",
    "bbnj": "Agreement on Marine Biological Diversity of Areas beyond National Jurisdiction",
}
"""Treaty code to name."""

TREATY_WHY: dict[str, str] = {
    "cbd": "it asks for the conservation and sustainable use of all biological diversity and a fair share in its benefits",
    "cartagena": "it protects biological diversity from risks of living modified organisms that cross borders",
    "nagoya": "it shares the benefits of genetic resources fairly, which gives reason to conserve them",
    "nagoya_kuala_lumpur": "it makes good the damage that living modified organisms do to biological diversity",
    "cites": "it keeps international trade from threatening the survival of wild animals and plants",
    "cms": "it conserves migratory wild animals and their habitats across borders",
    "ramsar": "it conserves wetlands and the waterbirds and other species that depend on them",
    "world_heritage": "its natural sites are habitats and ecosystems of outstanding value, kept for mankind; cultural sites are part of the same treaty",
    "itpgrfa": "it conserves the diversity of crop plants and their wild relatives",
    "paris": "it limits climate change, one of the main causes of the loss of species, and asks to protect ecosystems and biodiversity (preamble, article 5)",
    "bbnj": "it conserves marine biological diversity in the high seas and the deep sea bed, which belong to no country; it is open to every state, with a coast or without",
}
"""Treaty code to why it counts as one about biodiversity: "counted because ..."."""

TREATY_MADE_ON: dict[str, dt.date] = {
    "cbd": dt.date(1992, 5, 22),
    "cartagena": dt.date(2000, 1, 29),
    "nagoya": dt.date(2010, 10, 29),
    "nagoya_kuala_lumpur": dt.date(2010, 10, 15),
    "cites": dt.date(1973, 3, 3),
    "cms": dt.date(1979, 6, 23),
    "ramsar": dt.date(1971, 2, 2),
    "world_heritage": dt.date(1972, 11, 16),
    "itpgrfa": dt.date(2001, 11, 3),
    "paris": dt.date(2015, 12, 12),
    "bbnj": dt.date(2023, 6, 19),
}
"""Treaty code to the day on which its text was adopted: nobody signed or joined before."""

TREATY_IN_BEING_FROM: dict[str, dt.date] = {
    "cbd": dt.date(1993, 12, 29),
    "cartagena": dt.date(2003, 9, 11),
    "nagoya": dt.date(2014, 10, 12),
    "nagoya_kuala_lumpur": dt.date(2018, 3, 5),
    "cites": dt.date(1975, 7, 1),
    "cms": dt.date(1983, 11, 1),
    "ramsar": dt.date(1975, 12, 21),
    "world_heritage": dt.date(1975, 12, 17),
    "itpgrfa": dt.date(2004, 6, 29),
    "paris": dt.date(2016, 11, 4),
    "bbnj": dt.date(2026, 1, 17),
}
"""Treaty code to the day on which the treaty itself entered into force: it bound nobody before."""

BASES: dict[str, str] = {
    "official": "A series or list as its publisher or depositary gives it.",
    "own_value": "A value of an own file.",
    "registry": "Counts from a publisher's register of publications, data sets or members.",
    "country_list": "A list of the country's species, IUCN's or an own one, that says how each came there and whether it still lives there.",
    "own_list": "An own list of species that does not say so for each of them.",
    "records": "Records of species: they hold planted, captive and stray ones and lack what nobody records.",
    "assessments_and_ranges": "Assessments of a country list, weighted by shares of the world range from range maps, cells or an expert.",
    "shares_of_records": "Assessments weighted by shares of records, which follow where people look.",
    "equal_shares": "Assessments weighted by equal shares of all countries where a species lives, whatever lives where.",
    "national_red_list": "Assessments of the country's own Red List.",
    "described_species": "Counts of described and assessed species of a group worldwide, dated and sourced.",
    "composite": "Computed from other measures by the definition of the index.",
}
"""What a number rests on, from which follows whether it may be quoted."""

LIST_BASES = ["country_list", "own_list", "records"]
"""Bases of a country's list of species, from the strongest to the weakest."""

SHARE_METHODS = ["range_map", "cells", "occurrences", "equal_shares"]
"""How a source obtained the share of a species' world range that lies in a country."""

SPECIES_SHARE_METHODS = [*SHARE_METHODS, "stated"]
"""The same of one species, with `stated` for an own file that gives a share without a method."""

GROUP_SHARE_METHODS = [*SPECIES_SHARE_METHODS, "mixed"]
"""The same of the species of one group together."""

INDEX_SETS: dict[str, str] = {"cycads": "conifers_and_cycads", "reef_building_corals": "corals"}
"""Sets of species that only the Red List Index has, as SDG 15.5.1 does, and the reporting group of their species."""

WEAK_BASES: dict[str, str] = {
    "own_list": "list_not_complete",
    "records": "only_records",
    "shares_of_records": "shares_of_records",
    "equal_shares": "equal_shares",
}
"""Basis to the reason why a measure that needs a stronger one must not be quoted."""

REASONS: dict[str, str] = {
    "no_data": "No source has a value for this country.",
    "landlocked": "The country has no sea, so the number has no meaning for it.",
    "inland_sea": "The country has no coast on an ocean; the publisher's value is one of an inland sea, such as the Caspian.",
    "none_or_no_site": "The series is 0 in all years, which means that no site is protected or that there is none; an own file of the sites would tell.",
    "not_relevant": "The publisher says that the number has no meaning for this country.",
    "bound_only": "The publisher gives a bound, such as below 5, and no value.",
    "out_of_range": "The published value lies outside what is possible.",
    "no_assessed_species": "No assessment was loaded of a species of this group that still lives in the country.",
    "all_data_deficient": "Every assessed species of this group that is not extinct is Data Deficient.",
    "group_partly_assessed": "Less than 80 % of the described species of this group have been assessed worldwide.",
    "country_partly_assessed": "Less than 80 % of the species known from the country have been assessed.",
    "group_not_given": "GBIF did not say which species are of a group that the number counts, so some are missing in it; `ops.gap` names the group.",
    "no_described_count": "The number of described species of this group is not known.",
    "too_few_records": "Fewer records than the number needs to mean anything.",
    "too_few_species": "Fewer species than the number needs to mean anything.",
    "mostly_back_cast": "Less than 80 % of the species had been assessed by that year, so the value mostly repeats later assessments.",
    "no_range_share": "The share of the world range is known for less than 80 % of the species; shares of own files that add up to more than 1 over the countries are no knowledge.",
    "too_few_genuine_changes": "Fewer than 10 genuine changes of category, too few for a trend.",
    "changes_not_explained": "No source says which changes of category are genuine, so a trend may be one of knowledge only.",
    "one_assessed_year": "The group has been assessed in one year only.",
    "too_few_threats_known": "Threats are known for less than 80 % of the species that score.",
    "no_species_at_risk": "No species of the group in the country is at any risk that scores.",
    "too_few_years": "The values lie too close together in time for a trend.",
    "too_few_years_pooled": "Of the last five years fewer than three are known.",
    "another_release": "The earlier values are of another publisher or release, so a change would partly be one of method; load the series from one release.",
    "year_not_over": "The year was not over when the source was read, so the number will still grow; a file that does not say when (`release`) may end in the running year.",
    "not_open": "None of the treaties is open to the country.",
    "standing_unknown": "For at least one of the treaties open to the country no source says where it stood at the end of the year; a newer list of parties, of the publisher or in an own file, makes the number quotable.",
    "too_few_treaties": "Fewer than five treaties are in being and open to the country, too few for a share of them.",
    "too_few_answers": "The country has answered fewer questions than the number needs to mean anything.",
    "answers_unknown": "To some of the seven questions there is no yes or no, only a 0 that means not reported or nothing at all; answers to all seven make the number quotable.",
    "no_new_answer": "No question has an answer of that very year; the number stands in the year of the latest one.",
    "answer_too_old": "Some answers are more than five years old and say nothing of that year; newer answers make the number quotable.",
    "no_forest": "The country had no forest at the beginning of the span, so there is no rate of change.",
    "no_land_area": "The land area of the country is not known.",
    "unknown_unit": "The unit of the value is none in which the number can be read, which is per cent, or US dollars of constant prices; state one in the file.",
    "net_repayment": "More was paid back than came in, so there is no amount per area.",
    "mixed_owners": "The sum adds money that others give to the country's own budget, as far as each is known; quote the two apart.",
    "no_population": "The population of the country is not known for that year.",
    "all_singletons": "No species was recorded twice, so nothing can be said of the species not recorded.",
    "out_of_order": "The sample is so small that the estimate of common species came out below that of dominant ones, which cannot be.",
    "coverage_too_low": "Even a sample twice as large would have a coverage below 95 %.",
    "first_year": "There is no earlier year to compare with.",
    "years_missing": "More than three years without records lie between the two years.",
    "no_grid": "The records are not placed in grid cells.",
    "mixed_grids": "The records lie in cells of more than one grid, or partly in none.",
    "too_few_cells": "Fewer grid cells, or other sampling units, than the number needs to mean anything.",
    "no_baseline": "There is no expectation apart from the records themselves.",
    "extrapolated": "The year lies outside the years in which the group was assessed.",
    "roll_up_only": "The publisher gives this number for all groups together.",
    "all_years_only": "The publisher gives this number for all years together.",
    "mixed_checklists": "Species keys from more than one checklist meet here, so species may be counted twice; load lists and records with keys of one checklist.",
    "value_too_old": "The latest value is older than the definition of the index allows.",
    "too_few_measures": "No measure of the pillar has a value.",
    "too_little_covered": "The measures that have a value carry less weight than the definition of the index asks for.",
    "no_state": "Neither a member nor an observer of the United Nations; its measures and halves stand, and only states are ranked.",
    "essential_missing": "Something that the definition of the index calls essential has no value.",
    "half_missing": "The ecological or the security system may not be quoted, and the index needs both.",
    "too_few_countries": "Fewer than 10 countries, too few to say how numbers vary over the world.",
    "not_assessed_together": "Fewer than 80 % of the species were assessed in that year or the four before, so the value mixes states of many years.",
    "completeness_unknown": "Nothing says how many species of the group live in the country, so the list may be of a few, as one of butterflies is of insects; load the list with --complete when it assesses them all.",
    "no_world_counts": "No dated source gives how many species of the group worldwide are neither Data Deficient nor Extinct; load one in the table taxon_group.",
    "no_common_year": "The groups were assessed in different years, and changes that no source explains are not carried from one year to another.",
    "groups_missing": "The name stands for several groups, and not each of them has a value or is known to be absent from the country.",
    "only_records": "The species are those recorded, which holds planted, captive and stray ones and lacks what nobody records; a country list with origin and presence, IUCN's or an own one, makes the number quotable.",
    "list_not_complete": "The own list does not give origin and presence of every species; add the two columns, or load it with --complete when it names every species of the group.",
    "shares_of_records": "The shares of the world range are shares of records, which follow where people look; load range shares from range maps, cells or an expert.",
    "equal_shares": "The world range is split equally over the countries where the species lives; load range shares from range maps, cells or an expert.",
    "all_alike": "The number is the same in all countries, so nothing explains how it varies.",
}
"""Why a number is missing or must not be quoted."""

NO_MEANING = ("landlocked", "inland_sea", "not_relevant", "none_or_no_site", "no_forest", "not_open")
"""Reasons that say that a number has no meaning for the country, or that what it counts may not exist there."""
