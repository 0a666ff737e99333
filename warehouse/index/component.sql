-- Which value of each measure stands for each country and year, or why none does.
-- Reads `index_measure` (the definition's measures by position) and `index_value` (their rows of metrics.metric_value),
-- which ness_pipeline.index puts beside it.
-- A year has rows when some measure has a value of that very year. A value stands for the years after it until it is
-- older than max_age_years, the latest first; a measure without max_age_years has one value, which stands for every
-- year. Only values that may be quoted count.
WITH observed AS (
    SELECT
        wanted.position,
        stated.country_code,
        stated.year,
        stated.value,
        stated.lower,
        stated.upper,
        stated.reportable AND stated.value IS NOT NULL AS is_usable,
        stated.reason
    FROM index_value AS stated
    JOIN index_measure AS wanted
        ON stated.metric = wanted.metric AND stated.taxon_group IS NOT DISTINCT FROM wanted.taxon_group
        AND (stated.year IS NULL) = (wanted.max_age_years IS NULL)
),

wanted AS (
    SELECT
        known.country_code,
        known.year,
        measure.position,
        known.year - measure.max_age_years AS oldest_year
    FROM (SELECT DISTINCT country_code, year FROM observed WHERE is_usable) AS known
    JOIN index_measure AS measure ON known.year >= measure.first_year
),

judged AS (
    SELECT
        wanted.country_code,
        wanted.year,
        wanted.position,
        observed.year AS value_year,
        observed.value,
        observed.lower,
        observed.upper,
        observed.reason,
        coalesce(observed.is_usable, false) AS is_usable,
        coalesce(observed.year < wanted.oldest_year, false) AS is_too_old
    FROM wanted
    LEFT JOIN observed
        ON wanted.country_code = observed.country_code AND wanted.position = observed.position
        AND (observed.year IS NULL OR observed.year <= wanted.year)
),

chosen AS (
    SELECT
        country_code,
        year,
        position,
        arg_max(
            struct_pack(value_year, value, lower, upper), coalesce(value_year, 0)
        ) FILTER (is_usable AND NOT is_too_old) AS best,
        coalesce(
            nullif(arg_max(reason, coalesce(value_year, 0)) FILTER (NOT is_usable AND NOT is_too_old), 'no_data'),
            CASE WHEN bool_or(is_usable AND is_too_old) THEN 'value_too_old' ELSE 'no_data' END
        ) AS reason
    FROM judged
    GROUP BY country_code, year, position
)

SELECT
    chosen.country_code,
    chosen.year,
    measure.pillar,
    measure.metric,
    measure.taxon_group,
    chosen.best.value AS value,
    chosen.best.lower AS lower,
    chosen.best.upper AS upper,
    chosen.best.value_year AS value_year,
    CASE WHEN chosen.best IS NULL THEN chosen.reason END AS reason
FROM chosen
JOIN index_measure AS measure ON chosen.position = measure.position
ORDER BY chosen.country_code, chosen.year, chosen.position
