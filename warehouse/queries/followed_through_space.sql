-- Question: How much of each group's known range in a country is still being followed, and how evenly?
-- Why: indicator SSII of the framework's monitoring; records piled up in one place say nothing of the others.
-- Reading: `ssii` is the mean share of a species' known cells with a record in the year, `steward_ssii` the same with
--   species found nowhere else counting most, `ssei` how evenly the records lie. The latest year with a value. Where
--   the records have no grid cells, `verdict` says so and a cube with a grid (`ness cube --grid`) fills it.
SELECT
    country_code,
    taxon_group,
    year,
    recorded_species AS species,
    round(ssii, 3) AS ssii,
    round(steward_ssii, 3) AS steward_ssii,
    round(ssei, 3) AS ssei,
    coalesce(ssii_reason, 'may be quoted') AS verdict
FROM metrics.monitoring_effort
WHERE taxon_group IN ('all', 'animals', 'plants', 'fungi') AND year IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY country_code, taxon_group ORDER BY ssii IS NULL, year DESC) = 1
ORDER BY country_code, taxon_group
