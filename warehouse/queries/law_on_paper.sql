-- Question: What does each country report of its own law on invasive species and on access to genetic resources?
-- Why: a treaty in force without a law behind it protects nothing; these are the official answers to the UN.
-- Reading: the last year with an answer. A dash is a country that has not answered, which is not the same as no.
SELECT
    country_code,
    max(year) AS last_year,
    arg_max(treaties_in_force, year) AS treaties_in_force,
    arg_max(has_invasive_species_law, year) AS invasive_species_law,
    arg_max(has_invasive_species_target, year) AS invasive_species_target,
    arg_max(has_access_benefit_framework, year) AS access_benefit_framework
FROM metrics.legal_framework
GROUP BY country_code
ORDER BY country_code
