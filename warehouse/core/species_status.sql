-- The global Red List status that counts for each species known from each country.
-- Category: of the latest global assessment; without one, the category that the country's sources attach to the species;
-- without either, NE. Possibly extinct is a tag of Critically Endangered species only.
-- Introduced: more than half of the species' records in the country are marked introduced or managed.
WITH latest AS (
    SELECT
        species_key,
        max_by(taxon_group, assessment_year) AS taxon_group,
        max(assessment_year) AS assessment_year,
        max_by(red_list_category, assessment_year) AS red_list_category,
        max_by(coalesce(is_possibly_extinct, false), assessment_year) AS is_possibly_extinct,
        max_by(source, assessment_year) AS source
    FROM core.assessment
    WHERE scope = 'global'
    GROUP BY species_key
),

stated AS (
    SELECT country_code, species_key, red_list_category, source
    FROM landed.country_species
    WHERE red_list_category IS NOT NULL
    QUALIFY
        row_number() OVER (
            PARTITION BY country_code, species_key, red_list_category
            ORDER BY source_precedence(source), source, unit_key
        ) = 1
)

SELECT
    known.country_code,
    known.species_key,
    coalesce(known.taxon_group, latest.taxon_group) AS taxon_group,
    coalesce(latest.red_list_category, known.red_list_category, 'NE') AS red_list_category,
    coalesce(latest.red_list_category = 'CR' AND latest.is_possibly_extinct, false) AS is_possibly_extinct,
    latest.assessment_year,
    coalesce(2 * known.introduced_occurrences > known.occurrences, false) AS is_introduced,
    CASE
        WHEN latest.red_list_category IS NOT NULL THEN latest.source
        ELSE stated.source
    END AS status_source
FROM core.country_species AS known
LEFT JOIN latest ON known.species_key = latest.species_key
LEFT JOIN stated
    ON known.country_code = stated.country_code
    AND known.species_key = stated.species_key
    AND known.red_list_category = stated.red_list_category
