-- Protected share of a country's land, sea and key biodiversity areas (KBA), per year with any such value.
--   progress = min(1, pct / 30): the way to 30 % by 2030, target 3 of the Kunming-Montreal framework
-- KBA coverage is a mean over sites and is never mixed with area coverage. Marine measures of a landlocked country are
-- NULL for that reason. Bounds such as `<5` are no values; a published value outside 0 to 100 is left out.
-- Source: World Bank ER.LND.PTLD.ZS (land), ER.MRN.PTMR.ZS (territorial waters); UN SDG ER_PTD_TERR, ER_PTD_FRHWTR
-- (15.1.2), ER_PTD_MTN (15.4.1), ER_MRN_MPA (14.5.1).
WITH stated AS (
    SELECT
        country_code,
        year,
        series_code,
        value_status,
        CASE WHEN value_status = 'observed' AND value BETWEEN 0 AND 100 THEN value END AS pct,
        value_status = 'observed' AND value NOT BETWEEN 0 AND 100 AS is_out_of_range
    FROM core.indicator_observation
    WHERE
        disaggregation = 'total'
        AND series_code IN (
            'ER.LND.PTLD.ZS', 'ER.MRN.PTMR.ZS', 'ER_PTD_TERR', 'ER_PTD_FRHWTR', 'ER_PTD_MTN', 'ER_MRN_MPA'
        )
),

wide AS (
    SELECT
        country_code,
        year,
        max(pct) FILTER (WHERE series_code = 'ER.LND.PTLD.ZS') AS land,
        max(pct) FILTER (WHERE series_code = 'ER.MRN.PTMR.ZS') AS marine,
        max(pct) FILTER (WHERE series_code = 'ER_PTD_TERR') AS kba_terrestrial,
        max(pct) FILTER (WHERE series_code = 'ER_PTD_FRHWTR') AS kba_freshwater,
        max(pct) FILTER (WHERE series_code = 'ER_PTD_MTN') AS kba_mountain,
        max(pct) FILTER (WHERE series_code = 'ER_MRN_MPA') AS kba_marine,
        list(series_code) FILTER (WHERE is_out_of_range) AS out_of_range,
        list(series_code) FILTER (WHERE value_status = 'not_relevant') AS not_relevant
    FROM stated
    GROUP BY country_code, year
),

placed AS (
    SELECT
        wide.* REPLACE (
            CASE WHEN NOT coalesce(country.is_landlocked, false) THEN wide.marine END AS marine,
            CASE WHEN NOT coalesce(country.is_landlocked, false) THEN wide.kba_marine END AS kba_marine
        ),
        coalesce(country.is_landlocked, false) AS is_landlocked
    FROM wide
    LEFT JOIN core.country AS country ON wide.country_code = country.country_code
),

explained AS (
    SELECT
        *,
        missing_reason(land, 'ER.LND.PTLD.ZS', false, not_relevant, out_of_range) AS land_reason,
        missing_reason(marine, 'ER.MRN.PTMR.ZS', is_landlocked, not_relevant, out_of_range) AS marine_reason,
        missing_reason(kba_terrestrial, 'ER_PTD_TERR', false, not_relevant, out_of_range) AS kba_terrestrial_reason,
        missing_reason(kba_freshwater, 'ER_PTD_FRHWTR', false, not_relevant, out_of_range) AS kba_freshwater_reason,
        missing_reason(kba_mountain, 'ER_PTD_MTN', false, not_relevant, out_of_range) AS kba_mountain_reason,
        missing_reason(kba_marine, 'ER_MRN_MPA', is_landlocked, not_relevant, out_of_range) AS kba_marine_reason
    FROM placed
)

SELECT
    country_code,
    year,
    land AS land_protected_pct,
    marine AS marine_protected_pct,
    at_most_one(land / 30) AS land_progress_share,
    at_most_one(marine / 30) AS marine_progress_share,
    kba_terrestrial AS kba_terrestrial_pct,
    kba_freshwater AS kba_freshwater_pct,
    kba_mountain AS kba_mountain_pct,
    kba_marine AS kba_marine_pct,
    land_reason IS NULL AS land_reportable,
    land_reason,
    marine_reason IS NULL AS marine_reportable,
    marine_reason,
    kba_terrestrial_reason IS NULL AS kba_terrestrial_reportable,
    kba_terrestrial_reason,
    kba_freshwater_reason IS NULL AS kba_freshwater_reportable,
    kba_freshwater_reason,
    kba_mountain_reason IS NULL AS kba_mountain_reportable,
    kba_mountain_reason,
    kba_marine_reason IS NULL AS kba_marine_reportable,
    kba_marine_reason,
    true AS reportable,
    NULL AS reason
FROM explained
WHERE coalesce(land, marine, kba_terrestrial, kba_freshwater, kba_mountain, kba_marine) IS NOT NULL
