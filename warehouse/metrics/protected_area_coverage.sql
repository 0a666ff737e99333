-- Protected share of a country's land, sea and key biodiversity areas (KBA), per year with any such value.
--   progress = min(1, pct / 30): the way to 30 % by 2030, target 3 of the Kunming-Montreal framework; with other effective
--   conservation measures (OECM) where they are known, without them where not
--   trend = (pct(y) - pct(y0)) / (y - y0), y0 = the earliest year from y-10 to y-5 with a value of the same series
-- Land: World Bank, else Protected Planet. Sea in two ways that never mix: `marine` is territorial waters (World Bank),
-- `eez` is the exclusive economic zone (UN SDG, else Protected Planet). KBA coverage is a mean over sites: own sites where
-- they are loaded (core.kba_coverage), else UN SDG; never mixed with area coverage. Marine measures of a landlocked country
-- are NULL for that reason. Bounds such as `<5` are no values; a published value outside 0 to 100 is left out.
-- Source: World Bank ER.LND.PTLD.ZS, ER.MRN.PTMR.ZS; UN SDG ER_MRN_MARIN, ER_MRN_MPA (14.5.1), ER_PTD_TERR, ER_PTD_FRHWTR
-- (15.1.2), ER_PTD_MTN (15.4.1); Protected Planet national statistics (PP_...).
WITH stated AS (
    SELECT
        country_code,
        year,
        series_code,
        source,
        CASE WHEN value_status = 'observed' AND value BETWEEN 0 AND 100 THEN value END AS pct,
        CASE WHEN value_status <> 'observed' THEN value_status WHEN value NOT BETWEEN 0 AND 100 THEN 'out_of_range' END AS why_not
    FROM core.indicator_observation
    WHERE
        disaggregation = 'total'
        AND series_code IN (
            'ER.LND.PTLD.ZS', 'ER.MRN.PTMR.ZS', 'ER_MRN_MARIN', 'ER_PTD_TERR', 'ER_PTD_FRHWTR', 'ER_PTD_MTN', 'ER_MRN_MPA',
            'PP_LAND_PA_PCT', 'PP_LAND_PA_OECM_PCT', 'PP_EEZ_PA_PCT', 'PP_EEZ_PA_OECM_PCT'
        )
),

trend AS (
    SELECT
        now.country_code,
        now.year,
        now.series_code,
        (any_value(now.pct) - arg_min(earlier.pct, earlier.year)) / (now.year - min(earlier.year)) AS per_year
    FROM stated AS now
    JOIN stated AS earlier
        ON
            now.country_code = earlier.country_code
            AND now.series_code = earlier.series_code
            AND earlier.year BETWEEN now.year - 10 AND now.year - 5
            AND earlier.pct IS NOT NULL
    WHERE now.pct IS NOT NULL AND now.series_code IN ('ER.LND.PTLD.ZS', 'ER_MRN_MARIN')
    GROUP BY now.country_code, now.year, now.series_code
),

official AS (
    SELECT
        country_code,
        year,
        max(pct) FILTER (WHERE series_code = 'ER.LND.PTLD.ZS') AS land_world_bank,
        max(pct) FILTER (WHERE series_code = 'PP_LAND_PA_PCT') AS land_protected_planet,
        max(pct) FILTER (WHERE series_code = 'PP_LAND_PA_OECM_PCT') AS land_conserved,
        max(pct) FILTER (WHERE series_code = 'ER.MRN.PTMR.ZS') AS marine,
        max(pct) FILTER (WHERE series_code = 'ER_MRN_MARIN') AS eez_unsdg,
        max(pct) FILTER (WHERE series_code = 'PP_EEZ_PA_PCT') AS eez_protected_planet,
        max(pct) FILTER (WHERE series_code = 'PP_EEZ_PA_OECM_PCT') AS eez_conserved,
        max(pct) FILTER (WHERE series_code = 'ER_PTD_TERR') AS kba_terrestrial,
        max(source) FILTER (WHERE series_code = 'ER_PTD_TERR' AND pct IS NOT NULL) AS kba_terrestrial_source,
        max(pct) FILTER (WHERE series_code = 'ER_PTD_FRHWTR') AS kba_freshwater,
        max(source) FILTER (WHERE series_code = 'ER_PTD_FRHWTR' AND pct IS NOT NULL) AS kba_freshwater_source,
        max(pct) FILTER (WHERE series_code = 'ER_PTD_MTN') AS kba_mountain,
        max(source) FILTER (WHERE series_code = 'ER_PTD_MTN' AND pct IS NOT NULL) AS kba_mountain_source,
        max(pct) FILTER (WHERE series_code = 'ER_MRN_MPA') AS kba_marine,
        max(source) FILTER (WHERE series_code = 'ER_MRN_MPA' AND pct IS NOT NULL) AS kba_marine_source,
        list(series_code || '=' || why_not) FILTER (WHERE why_not IS NOT NULL) AS stated
    FROM stated
    GROUP BY country_code, year
),

site AS (
    SELECT country_code, realm, any_value(source) AS source FROM core.kba_site_coverage GROUP BY country_code, realm
),

counted AS (
    SELECT
        coverage.country_code,
        coverage.year,
        max(coverage.coverage_pct) FILTER (WHERE coverage.realm = 'terrestrial') AS terrestrial,
        max(coverage.coverage_pct_lower) FILTER (WHERE coverage.realm = 'terrestrial') AS terrestrial_lower,
        max(coverage.coverage_pct_upper) FILTER (WHERE coverage.realm = 'terrestrial') AS terrestrial_upper,
        max(coverage.coverage_pct) FILTER (WHERE coverage.realm = 'freshwater') AS freshwater,
        max(coverage.coverage_pct_lower) FILTER (WHERE coverage.realm = 'freshwater') AS freshwater_lower,
        max(coverage.coverage_pct_upper) FILTER (WHERE coverage.realm = 'freshwater') AS freshwater_upper,
        max(coverage.coverage_pct) FILTER (WHERE coverage.realm = 'mountain') AS mountain,
        max(coverage.coverage_pct_lower) FILTER (WHERE coverage.realm = 'mountain') AS mountain_lower,
        max(coverage.coverage_pct_upper) FILTER (WHERE coverage.realm = 'mountain') AS mountain_upper,
        max(coverage.coverage_pct) FILTER (WHERE coverage.realm = 'marine') AS marine,
        max(coverage.coverage_pct_lower) FILTER (WHERE coverage.realm = 'marine') AS marine_lower,
        max(coverage.coverage_pct_upper) FILTER (WHERE coverage.realm = 'marine') AS marine_upper
    FROM core.kba_coverage AS coverage
    GROUP BY coverage.country_code, coverage.year
),

own AS (
    SELECT
        country_code,
        max(source) FILTER (WHERE realm = 'terrestrial') AS terrestrial,
        max(source) FILTER (WHERE realm = 'freshwater') AS freshwater,
        max(source) FILTER (WHERE realm = 'mountain') AS mountain,
        max(source) FILTER (WHERE realm = 'marine') AS marine
    FROM site
    GROUP BY country_code
),

spine AS (
    SELECT country_code, year FROM official
    UNION
    SELECT country_code, year FROM counted
),

placed AS (
    SELECT
        spine.country_code,
        spine.year,
        coalesce(official.land_world_bank, official.land_protected_planet) AS land,
        official.land_conserved,
        CASE WHEN NOT coalesce(country.is_landlocked, false) THEN official.marine END AS marine,
        CASE WHEN NOT coalesce(country.is_landlocked, false) THEN coalesce(official.eez_unsdg, official.eez_protected_planet) END AS eez,
        CASE WHEN NOT coalesce(country.is_landlocked, false) THEN official.eez_conserved END AS eez_conserved,
        CASE WHEN own.terrestrial IS NULL THEN official.kba_terrestrial ELSE counted.terrestrial END AS kba_terrestrial,
        counted.terrestrial_lower AS kba_terrestrial_lower,
        counted.terrestrial_upper AS kba_terrestrial_upper,
        CASE WHEN own.terrestrial IS NULL THEN official.kba_terrestrial_source WHEN counted.terrestrial IS NOT NULL THEN own.terrestrial END AS kba_terrestrial_source,
        CASE WHEN own.freshwater IS NULL THEN official.kba_freshwater ELSE counted.freshwater END AS kba_freshwater,
        counted.freshwater_lower AS kba_freshwater_lower,
        counted.freshwater_upper AS kba_freshwater_upper,
        CASE WHEN own.freshwater IS NULL THEN official.kba_freshwater_source WHEN counted.freshwater IS NOT NULL THEN own.freshwater END AS kba_freshwater_source,
        CASE WHEN own.mountain IS NULL THEN official.kba_mountain ELSE counted.mountain END AS kba_mountain,
        counted.mountain_lower AS kba_mountain_lower,
        counted.mountain_upper AS kba_mountain_upper,
        CASE WHEN own.mountain IS NULL THEN official.kba_mountain_source WHEN counted.mountain IS NOT NULL THEN own.mountain END AS kba_mountain_source,
        CASE
            WHEN coalesce(country.is_landlocked, false) THEN NULL
            WHEN own.marine IS NULL THEN official.kba_marine
            ELSE counted.marine
        END AS kba_marine,
        CASE WHEN NOT coalesce(country.is_landlocked, false) THEN counted.marine_lower END AS kba_marine_lower,
        CASE WHEN NOT coalesce(country.is_landlocked, false) THEN counted.marine_upper END AS kba_marine_upper,
        CASE
            WHEN coalesce(country.is_landlocked, false) THEN NULL
            WHEN own.marine IS NULL THEN official.kba_marine_source
            WHEN counted.marine IS NOT NULL THEN own.marine
        END AS kba_marine_source,
        coalesce(country.is_landlocked, false) AS is_landlocked,
        official.land_world_bank IS NOT NULL AS is_land_world_bank,
        official.stated
    FROM spine
    LEFT JOIN official ON spine.country_code = official.country_code AND spine.year = official.year
    LEFT JOIN counted ON spine.country_code = counted.country_code AND spine.year = counted.year
    LEFT JOIN own ON spine.country_code = own.country_code
    LEFT JOIN core.country AS country ON spine.country_code = country.country_code
),

explained AS (
    SELECT
        placed.*,
        land_trend.per_year AS land_trend,
        CASE WHEN placed.eez IS NOT NULL THEN eez_trend.per_year END AS eez_trend,
        missing_reason(placed.land, 'ER.LND.PTLD.ZS', false, stated) AS land_reason,
        missing_reason(placed.land_conserved, 'PP_LAND_PA_OECM_PCT', false, stated) AS land_conserved_reason,
        missing_reason(placed.marine, 'ER.MRN.PTMR.ZS', is_landlocked, stated) AS marine_reason,
        missing_reason(placed.eez, 'ER_MRN_MARIN', is_landlocked, stated) AS eez_reason,
        missing_reason(placed.eez_conserved, 'PP_EEZ_PA_OECM_PCT', is_landlocked, stated) AS eez_conserved_reason,
        missing_reason(placed.kba_terrestrial, 'ER_PTD_TERR', false, stated) AS kba_terrestrial_reason,
        missing_reason(placed.kba_freshwater, 'ER_PTD_FRHWTR', false, stated) AS kba_freshwater_reason,
        missing_reason(placed.kba_mountain, 'ER_PTD_MTN', false, stated) AS kba_mountain_reason,
        missing_reason(placed.kba_marine, 'ER_MRN_MPA', is_landlocked, stated) AS kba_marine_reason
    FROM placed
    LEFT JOIN trend AS land_trend
        ON
            placed.country_code = land_trend.country_code
            AND placed.year = land_trend.year
            AND land_trend.series_code = 'ER.LND.PTLD.ZS'
    LEFT JOIN trend AS eez_trend
        ON
            placed.country_code = eez_trend.country_code
            AND placed.year = eez_trend.year
            AND eez_trend.series_code = 'ER_MRN_MARIN'
)

SELECT
    country_code,
    year,
    land AS land_protected_pct,
    CASE WHEN is_land_world_bank THEN 'worldbank' WHEN land IS NOT NULL THEN 'protected_planet' END AS land_protected_publisher,
    land_conserved AS land_conserved_pct,
    at_most_one(CASE WHEN land IS NOT NULL THEN coalesce(land_conserved, land) END / 30) AS land_progress_share,
    land_trend AS land_trend_pct_per_year,
    marine AS marine_protected_pct,
    at_most_one(marine / 30) AS marine_progress_share,
    eez AS eez_protected_pct,
    eez_conserved AS eez_conserved_pct,
    at_most_one(CASE WHEN eez IS NOT NULL THEN coalesce(eez_conserved, eez) END / 30) AS eez_progress_share,
    eez_trend AS eez_trend_pct_per_year,
    kba_terrestrial AS kba_terrestrial_pct,
    kba_terrestrial_lower AS kba_terrestrial_pct_lower,
    kba_terrestrial_upper AS kba_terrestrial_pct_upper,
    kba_terrestrial_source,
    kba_freshwater AS kba_freshwater_pct,
    kba_freshwater_lower AS kba_freshwater_pct_lower,
    kba_freshwater_upper AS kba_freshwater_pct_upper,
    kba_freshwater_source,
    kba_mountain AS kba_mountain_pct,
    kba_mountain_lower AS kba_mountain_pct_lower,
    kba_mountain_upper AS kba_mountain_pct_upper,
    kba_mountain_source,
    kba_marine AS kba_marine_pct,
    kba_marine_lower AS kba_marine_pct_lower,
    kba_marine_upper AS kba_marine_pct_upper,
    kba_marine_source,
    land_reason IS NULL AS land_reportable,
    land_reason,
    land_conserved_reason IS NULL AS land_conserved_reportable,
    land_conserved_reason,
    land_trend IS NOT NULL AS land_trend_reportable,
    CASE WHEN land_trend IS NULL THEN coalesce(land_reason, 'too_few_years') END AS land_trend_reason,
    marine_reason IS NULL AS marine_reportable,
    marine_reason,
    eez_reason IS NULL AS eez_reportable,
    eez_reason,
    eez_conserved_reason IS NULL AS eez_conserved_reportable,
    eez_conserved_reason,
    eez_trend IS NOT NULL AS eez_trend_reportable,
    CASE WHEN eez_trend IS NULL THEN coalesce(eez_reason, 'too_few_years') END AS eez_trend_reason,
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
WHERE
    coalesce(
        land, land_conserved, marine, eez, eez_conserved, kba_terrestrial, kba_freshwater, kba_mountain, kba_marine
    ) IS NOT NULL
