-- Whether too many of the species that a number counts are apart (is_apart in core.species_status): more than 5 %. One
-- species in twenty may then be counted twice, so that a share or an index is wrong by no more than that.
CREATE OR REPLACE MACRO is_mixed_list(apart_species, species) AS 20 * apart_species > species;
