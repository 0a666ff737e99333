-- State of a country's forests, mountains and soils, per year with any such value.
--   forest_change = 100 * ((pct(y) / pct(y0)) ^ (1 / (y - y0)) - 1), y0 = the earliest year from y-10 to y-5 with a value
--   of the same series
-- Forest: UN SDG, else World Bank (both after the FAO). Bounds such as `<5` are no values; a published value outside 0 to
-- 100 is left out. A country without forest at y0 has no rate of change.
-- Source: UN SDG AG_LND_FRST (15.1.1), ER_MTN_GRNCVI (15.4.2), AG_LND_DGRD (15.3.1); World Bank AG.LND.FRST.ZS; FAO Global
-- Forest Resources Assessment for the compound rate.
WITH stated AS (
    SELECT
        country_code,
        year,
        series_code,
        CASE WHEN value_status = 'observed' AND value BETWEEN 0 AND 100 THEN value END AS pct,
        CASE WHEN value_status <> 'observed' THEN value_status WHEN value NOT BETWEEN 0 AND 100 THEN 'out_of_range' END AS why_not
    FROM core.indicator_observation
    WHERE disaggregation = 'total' AND series_code IN ('AG_LND_FRST', 'AG.LND.FRST.ZS', 'ER_MTN_GRNCVI', 'AG_LND_DGRD')
),

earlier AS (
    SELECT
        now.country_code,
        now.year,
        now.series_code,
        arg_min(before.pct, before.year) AS first_pct,
        min(before.year) AS first_year
    FROM stated AS now
    JOIN stated AS before
        ON
            now.country_code = before.country_code
            AND now.series_code = before.series_code
            AND before.year BETWEEN now.year - 10 AND now.year - 5
            AND before.pct IS NOT NULL
    GROUP BY now.country_code, now.year, now.series_code
),

wide AS (
    SELECT
        country_code,
        year,
        max(pct) FILTER (WHERE series_code = 'AG_LND_FRST') AS forest_unsdg,
        max(pct) FILTER (WHERE series_code = 'AG.LND.FRST.ZS') AS forest_world_bank,
        max(pct) FILTER (WHERE series_code = 'ER_MTN_GRNCVI') AS mountain,
        max(pct) FILTER (WHERE series_code = 'AG_LND_DGRD') AS degraded,
        list(series_code || '=' || why_not) FILTER (WHERE why_not IS NOT NULL) AS stated
    FROM stated
    GROUP BY country_code, year
),

chosen AS (
    SELECT
        *,
        coalesce(forest_unsdg, forest_world_bank) AS forest,
        CASE WHEN forest_unsdg IS NOT NULL THEN 'AG_LND_FRST' WHEN forest_world_bank IS NOT NULL THEN 'AG.LND.FRST.ZS' END AS forest_series
    FROM wide
),

changed AS (
    SELECT
        chosen.*,
        earlier.first_pct,
        CASE
            WHEN earlier.first_pct > 0
                THEN 100 * (power(chosen.forest / earlier.first_pct, 1.0 / (chosen.year - earlier.first_year)) - 1)
        END AS forest_change,
        missing_reason(chosen.forest, 'AG_LND_FRST', false, chosen.stated) AS forest_reason,
        missing_reason(chosen.mountain, 'ER_MTN_GRNCVI', false, chosen.stated) AS mountain_reason,
        missing_reason(chosen.degraded, 'AG_LND_DGRD', false, chosen.stated) AS degraded_reason
    FROM chosen
    LEFT JOIN earlier
        ON
            chosen.country_code = earlier.country_code
            AND chosen.year = earlier.year
            AND chosen.forest_series = earlier.series_code
)

SELECT
    country_code,
    year,
    forest AS forest_pct,
    CASE forest_series WHEN 'AG_LND_FRST' THEN 'unsdg' WHEN 'AG.LND.FRST.ZS' THEN 'worldbank' END AS forest_publisher,
    forest_change AS forest_change_pct_per_year,
    mountain AS mountain_green_cover_pct,
    degraded AS degraded_land_pct,
    forest_reason IS NULL AS forest_reportable,
    forest_reason,
    forest_change IS NOT NULL AS forest_change_reportable,
    CASE
        WHEN forest_change IS NOT NULL THEN NULL
        WHEN forest_reason IS NOT NULL THEN forest_reason
        WHEN first_pct = 0 THEN 'no_forest'
        ELSE 'too_few_years'
    END AS forest_change_reason,
    mountain_reason IS NULL AS mountain_reportable,
    mountain_reason,
    degraded_reason IS NULL AS degraded_reportable,
    degraded_reason,
    true AS reportable,
    NULL AS reason
FROM changed
WHERE coalesce(forest, mountain, degraded) IS NOT NULL
