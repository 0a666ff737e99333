-- Question: For which groups can a country's observed species number be compared with another's?
-- Why: 300 species after 1,000 records and 300 after 100,000 are two different findings.
-- Reading: `sample_coverage` is the estimated chance that one more record would be of a species already recorded
--   (Chao and Jost 2012); `at_least` is the Chao1 lower bound on all species. Compare observed numbers
--   only at similar coverage.
SELECT
    country_code,
    taxon_group,
    occurrences AS records,
    observed_richness AS observed,
    round(sample_coverage_share, 3) AS sample_coverage,
    round(chao1_bias_corrected_richness, 1) AS at_least,
    round(observed_richness / nullif(chao1_bias_corrected_richness, 0), 3) AS observed_of_at_least
FROM metrics.species_diversity
WHERE year IS NULL AND sample_coverage_share IS NOT NULL
ORDER BY sample_coverage, country_code, taxon_group
LIMIT 60
