-- Question: How much less does the Red List know of each country's fungi than of its animals and plants?
-- Why: a group that nobody has assessed looks safe in every statistic; the gap is the first thing to close.
-- Reading: shares of the species observed in the country that have any assessment. `gap` is animals minus fungi;
--   where it is empty, fewer than 10 species of one of the two were observed, and the shares beside it are noise.
SELECT
    country_code,
    round(max(assessed_share) FILTER (taxon_group = 'animals'), 3) AS animals,
    round(max(assessed_share) FILTER (taxon_group = 'plants'), 3) AS plants,
    round(max(assessed_share) FILTER (taxon_group = 'fungi'), 3) AS fungi,
    round(max(gap_to_animals) FILTER (taxon_group = 'fungi' AND gap_reportable), 3) AS gap,
    max(observed_species) FILTER (taxon_group = 'fungi') AS fungi_observed,
    max(assessed_species) FILTER (taxon_group = 'fungi') AS fungi_assessed
FROM metrics.assessment_coverage
GROUP BY country_code
ORDER BY gap DESC NULLS LAST, country_code
