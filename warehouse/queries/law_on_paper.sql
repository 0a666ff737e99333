-- Question: What does each country report of its own law on invasive species and on access to genetic resources?
-- Why: a treaty in force without a law behind it protects nothing; these are the official answers to the UN.
-- Reading: the latest answer to each question with its year, however old. A dash is a country of which no answer is
--   known, which is not the same as no: the UN gives 0 also where nothing was reported. `last_year` is the last year in
--   which any source says anything, with the treaties known to be in force then, at least.
SELECT
    country_code,
    max(year) AS last_year,
    arg_max(treaties_in_force, year) AS treaties_in_force,
    arg_max(has_invasive_species_law, year) AS invasive_species_law,
    max(invasive_species_law_year) AS law_year,
    arg_max(has_invasive_species_target, year) AS invasive_species_target,
    max(invasive_species_target_year) AS target_year,
    arg_max(has_access_benefit_framework, year) AS access_benefit_framework,
    max(access_benefit_framework_year) AS framework_year
FROM metrics.legal_framework
GROUP BY country_code
ORDER BY country_code
