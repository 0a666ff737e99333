-- Which value of each measure stands for each country and year, or why none does.
-- Reads `index_measure` (the definition's measures by position), `index_metric` (the metric of each, and the one that stands
-- in for it, by choice) and `index_value` (their rows of metrics.metric_value), which ness_pipeline.index puts beside it.
-- A year has rows when some measure has a value of that very year. A value stands for the years after it until it is
-- older than max_age_years, the latest first, and a value of the
-- metric that stands in only where the measure's own has none; a measure without max_age_years has one value, which stands for every
-- year. Only values that may be quoted count.
WITH observed AS (
    SELECT
        wanted.position,
        taken.choice,
        stated.metric,
        stated.country_code,
        stated.year,
        stated.value,
        stated.lower,
        stated.upper,
        stated.range_low,
        stated.range_high,
        stated.reportable AND stated.value IS NOT NULL AS is_usable,
        stated.reason
    FROM index_value AS stated
    JOIN index_metric AS taken ON stated.metric = taken.metric
    JOIN index_measure AS wanted
        ON taken.position = wanted.position AND stated.taxon_group IS NOT DISTINCT FROM wanted.taxon_group
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
        observed.choice,
        observed.metric,
        observed.year AS value_year,
        observed.value,
        observed.lower,
        observed.upper,
        observed.range_low,
        observed.range_high,
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
            struct_pack(metric, value_year, value, lower, upper, range_low, range_high),
            struct_pack(choice := -choice, year := coalesce(value_year, 0))
        ) FILTER (is_usable AND NOT is_too_old) AS best,
        coalesce(
            arg_max(reason, struct_pack(choice := -choice, year := coalesce(value_year, 0)))
                FILTER (NOT is_usable AND NOT is_too_old AND reason NOT IN ('no_data', 'no_new_answer')),
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
    chosen.best.metric AS value_metric,
    chosen.best.value AS value,
    chosen.best.lower AS lower,
    chosen.best.upper AS upper,
    chosen.best.range_low AS range_low,
    chosen.best.range_high AS range_high,
    chosen.best.value_year AS value_year,
    CASE WHEN chosen.best IS NULL THEN chosen.reason END AS reason
FROM chosen
JOIN index_measure AS measure ON chosen.position = measure.position
ORDER BY chosen.country_code, chosen.year, chosen.position
