-- The global Red List status that counts for each species known from each country.
-- Category: of the latest global assessment, stated by the country's own unit of work or loaded for everyone, never by
-- another country's unit; of one year own files count before publishers before seeds, of one source the latest vintage, then
-- the category nearest to extinction. Without one, the category that the country's sources attach to the species; without
-- either, NE. Possibly extinct is a tag of Critically Endangered species.
-- Introduced: more than half of the species' records in the country are marked introduced or managed.
-- Counted: native or reintroduced by the list that states an origin, or else not introduced by its records, and not of
-- uncertain presence; possibly extinct and extinct species count, as in IUCN's country tables.
-- Source: IUCN Red List summary statistics, notes to Tables 5 and 6.
WITH latest_stated AS (
    SELECT
        CASE WHEN is_country_unit(unit_key) THEN unit_key END AS country_code,
        species_key,
        taxon_group,
        assessment_year,
        red_list_category,
        coalesce(is_possibly_extinct, false) AS is_possibly_extinct,
        source,
        vintage
    FROM landed.assessment
    WHERE scope = 'global'
    QUALIFY
        row_number() OVER (
            PARTITION BY CASE WHEN is_country_unit(unit_key) THEN unit_key END, species_key
            ORDER BY
                assessment_year DESC,
                source_precedence(source),
                source,
                vintage DESC NULLS LAST,
                red_list_order(red_list_category),
                is_possibly_extinct DESC NULLS LAST,
                taxon_group
        ) = 1
),

latest AS (
    SELECT known.country_code, latest_stated.* EXCLUDE (country_code)
    FROM core.country_species AS known
    JOIN latest_stated
        ON known.species_key = latest_stated.species_key
        AND coalesce(latest_stated.country_code, known.country_code) = known.country_code
    QUALIFY
        row_number() OVER (
            PARTITION BY known.country_code, known.species_key
            ORDER BY
                latest_stated.assessment_year DESC,
                source_precedence(latest_stated.source),
                latest_stated.source,
                latest_stated.vintage DESC NULLS LAST,
                red_list_order(latest_stated.red_list_category),
                latest_stated.is_possibly_extinct DESC,
                latest_stated.taxon_group
        ) = 1
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
        WHEN known.origin IS NULL THEN coalesce(2 * known.introduced_occurrences <= known.occurrences, true)
        ELSE is_native_origin(known.origin)
    END AND coalesce(known.presence <> 'uncertain', true) AS is_counted,
    CASE
        WHEN latest.red_list_category IS NOT NULL THEN latest.source
        ELSE stated.source
    END AS status_source
FROM core.country_species AS known
LEFT JOIN latest ON known.country_code = latest.country_code AND known.species_key = latest.species_key
LEFT JOIN stated
    ON known.country_code = stated.country_code
    AND known.species_key = stated.species_key
    AND known.red_list_category = stated.red_list_category
