-- Protected share of a country's land, sea and key biodiversity areas (KBA), per year with any such value.
--   progress = min(1, pct / 30): the way to 30 % by 2030, target 3 of the Kunming-Montreal framework; of protected areas
--   alone, and, as a measure of its own, of protected areas with other effective conservation measures (OECM)
--   trend = (pct(y) - pct(y0)) / (y - y0), y0 = the earliest year from y-10 to y-5 with a value of the same series,
--   publisher, release and basis: an own file's year in a publisher's series is no part of its trend
-- Protected areas with OECMs are indicator 3.1 of the framework; only Protected Planet counts them. A value below that of
-- protected areas alone is none, for it cannot hold them.
-- `land` and `eez` take one series for all years of a country: the first of the list below that has a value in any year.
-- Land: World Bank, else Protected Planet. Sea in two ways that never mix: `marine` is territorial waters (World Bank),
-- `eez` is the exclusive economic zone (UN SDG, else Protected Planet). Protected Planet's values stand beside them.
-- KBA coverage is a mean over sites, never mixed with area coverage. The UN's series stays whatever sites are loaded; the
-- mean over own sites (core.kba_coverage) is a measure of its own. Where the UN's series is 0 in all years it may mean that
-- there is no such site, unless an upper bound or an own site shows that there is one.
-- Marine measures of a landlocked country are NULL; a value above 0 there is one of an inland sea. Bounds such as `<5` are
-- no values; a published value outside 0 to 100, or whose unit is another one than per cent, is left out.
-- Source: World Bank ER.LND.PTLD.ZS, ER.MRN.PTMR.ZS; UN SDG ER_MRN_MARIN, ER_MRN_MPA (14.5.1), ER_PTD_TERR, ER_PTD_FRHWTR
-- (15.1.2), ER_PTD_MTN (15.4.1); Protected Planet national statistics (PP_...).
WITH series (name, series_code, preference, is_marine) AS (
    VALUES
        ('land', 'ER.LND.PTLD.ZS', 1, false),
        ('land', 'PP_LAND_PA_PCT', 2, false),
        ('land_planet', 'PP_LAND_PA_PCT', 1, false),
        ('land_conserved', 'PP_LAND_PA_OECM_PCT', 1, false),
        ('land_management', 'PP_LAND_PAME_PCT', 1, false),
        ('marine', 'ER.MRN.PTMR.ZS', 1, true),
        ('eez', 'ER_MRN_MARIN', 1, true),
        ('eez', 'PP_EEZ_PA_PCT', 2, true),
        ('eez_planet', 'PP_EEZ_PA_PCT', 1, true),
        ('eez_conserved', 'PP_EEZ_PA_OECM_PCT', 1, true),
        ('eez_management', 'PP_EEZ_PAME_PCT', 1, true),
        ('kba_terrestrial', 'ER_PTD_TERR', 1, false),
        ('kba_freshwater', 'ER_PTD_FRHWTR', 1, false),
        ('kba_mountain', 'ER_PTD_MTN', 1, false),
        ('kba_marine', 'ER_MRN_MPA', 1, true)
),

own_series (name, realm, is_marine) AS (
    VALUES
        ('kba_own_terrestrial', 'terrestrial', false),
        ('kba_own_freshwater', 'freshwater', false),
        ('kba_own_mountain', 'mountain', false),
        ('kba_own_marine', 'marine', true)
),

published AS (
    SELECT
        *,
        -- 0.01 is for the rounding of the two percentages.
        coalesce(
            value < 0 OR value > 100
            OR value < CASE series_code
                WHEN 'PP_LAND_PA_OECM_PCT' THEN max(value) FILTER (WHERE series_code = 'PP_LAND_PA_PCT') OVER same_year
                WHEN 'PP_EEZ_PA_OECM_PCT' THEN max(value) FILTER (WHERE series_code = 'PP_EEZ_PA_PCT') OVER same_year
            END - 0.01,
            false
        ) AS is_impossible
    FROM core.indicator_observation
    WHERE disaggregation = 'total' AND series_code IN (SELECT series_code FROM series)
    WINDOW same_year AS (PARTITION BY country_code, year)
),

stated AS (
    SELECT
        country_code,
        year,
        series_code,
        publisher,
        release,
        source,
        CASE WHEN value_status = 'observed' AND is_per_cent(unit) AND NOT is_impossible THEN value END AS stated_pct,
        CASE
            WHEN value_status <> 'observed' THEN value_status
            WHEN NOT is_per_cent(unit) THEN 'unknown_unit'
            WHEN is_impossible THEN 'out_of_range'
        END AS why_not,
        -- Bounds that do not hold the value are none.
        value_lower BETWEEN 0 AND value AND value_upper BETWEEN value AND 100 AS has_bounds,
        value_lower,
        value_upper
    FROM published
),

chosen AS (
    SELECT series.name, series.is_marine, stated.*
    FROM stated
    JOIN series ON stated.series_code = series.series_code
    QUALIFY
        series.preference = coalesce(
            min(series.preference) FILTER (WHERE stated.stated_pct IS NOT NULL) OVER (PARTITION BY stated.country_code, series.name), 1
        )
),

placed AS (
    SELECT
        chosen.*,
        chosen.is_marine AND coalesce(country.is_landlocked, false) AS has_no_sea,
        CASE WHEN NOT has_no_sea THEN chosen.stated_pct END AS pct
    FROM chosen
    LEFT JOIN core.country AS country ON chosen.country_code = country.country_code
),

own_site AS (
    SELECT DISTINCT country_code, 'kba_' || realm AS name FROM core.kba_site_coverage
),

official AS (
    SELECT
        placed.name,
        placed.country_code,
        placed.year,
        placed.release,
        placed.pct,
        CASE WHEN placed.pct IS NOT NULL AND placed.has_bounds THEN placed.value_lower END AS lower,
        CASE WHEN placed.pct IS NOT NULL AND placed.has_bounds THEN placed.value_upper END AS upper,
        CASE WHEN placed.pct IS NOT NULL THEN placed.publisher END AS publisher,
        CASE WHEN placed.pct IS NOT NULL THEN placed.source END AS source,
        CASE WHEN placed.pct IS NOT NULL THEN basis_of(placed.publisher, placed.source) END AS basis,
        starts_with(placed.name, 'kba_')
        AND own_site.name IS NULL
        AND placed.pct = 0
        AND coalesce(
            max(greatest(placed.pct, coalesce(placed.value_upper, 0))) FILTER (basis = 'official') OVER of_series,
            max(greatest(placed.pct, coalesce(placed.value_upper, 0))) OVER of_series
        ) = 0 AS is_always_zero,
        CASE
            WHEN placed.has_no_sea AND placed.stated_pct > 0 THEN 'inland_sea'
            WHEN placed.has_no_sea THEN 'landlocked'
            WHEN placed.pct IS NOT NULL AND is_always_zero THEN 'none_or_no_site'
            ELSE missing_reason(placed.pct, placed.series_code, false, [placed.series_code || '=' || placed.why_not])
        END AS why_not
    FROM placed
    LEFT JOIN own_site ON placed.country_code = own_site.country_code AND placed.name = own_site.name
    WINDOW of_series AS (PARTITION BY placed.country_code, placed.name)
),

own AS (
    SELECT
        own_series.name,
        coverage.country_code,
        coverage.year,
        coverage.sites,
        coverage.coverage_pct AS pct,
        coverage.coverage_pct_lower AS lower,
        coverage.coverage_pct_upper AS upper
    FROM core.kba_coverage AS coverage
    JOIN own_series ON coverage.realm = own_series.realm
    LEFT JOIN core.country AS country ON coverage.country_code = country.country_code
    WHERE NOT (own_series.is_marine AND coalesce(country.is_landlocked, false))
),

measured AS (
    SELECT name, country_code, year, publisher, source, CAST(NULL AS BIGINT) AS sites, pct, lower, upper, basis, why_not
    FROM official
    UNION ALL
    SELECT name, country_code, year, NULL, NULL, sites, pct, lower, upper, 'own_value', NULL
    FROM own
),

change AS (
    SELECT
        now.name,
        now.country_code,
        now.year,
        any_value(now.pct) AS pct,
        min(past.year) FILTER (
            WHERE past.publisher = now.publisher AND past.basis = now.basis AND past.release IS NOT DISTINCT FROM now.release
        ) AS past_year,
        arg_min(past.pct, past.year) FILTER (
            WHERE past.publisher = now.publisher AND past.basis = now.basis AND past.release IS NOT DISTINCT FROM now.release
        ) AS past_pct
    FROM official AS now
    JOIN official AS past
        ON
            now.country_code = past.country_code
            AND now.name = past.name
            AND past.year BETWEEN now.year - 10 AND now.year - 5
            AND past.pct IS NOT NULL
    WHERE now.pct IS NOT NULL AND now.name IN ('land', 'eez')
    GROUP BY now.name, now.country_code, now.year
),

spine AS (
    SELECT DISTINCT country_code, year FROM measured WHERE pct IS NOT NULL OR why_not = 'inland_sea'
),

grid AS (
    SELECT
        spine.country_code,
        spine.year,
        named.name,
        measured.* EXCLUDE (country_code, year, name, why_not),
        CASE
            WHEN measured.name IS NOT NULL THEN measured.why_not
            WHEN named.is_marine AND country.is_landlocked THEN 'landlocked'
            ELSE 'no_data'
        END AS reason,
        (change.pct - change.past_pct) / (change.year - change.past_year) AS per_year,
        CASE
            WHEN per_year IS NOT NULL THEN NULL
            WHEN change.name IS NOT NULL THEN 'another_release'
            WHEN measured.pct IS NOT NULL THEN 'too_few_years'
            ELSE reason
        END AS trend_reason
    FROM spine
    CROSS JOIN (SELECT DISTINCT name, is_marine FROM series UNION ALL SELECT name, is_marine FROM own_series) AS named
    LEFT JOIN measured
        ON spine.country_code = measured.country_code AND spine.year = measured.year AND named.name = measured.name
    LEFT JOIN change ON spine.country_code = change.country_code AND spine.year = change.year AND named.name = change.name
    LEFT JOIN core.country AS country ON spine.country_code = country.country_code
),

wide AS (
    FROM grid
    PIVOT (
        max(pct) AS pct,
        max(lower) AS pct_lower,
        max(upper) AS pct_upper,
        max(publisher) AS publisher,
        max(source) AS source,
        max(basis) AS basis,
        max(sites) AS sites,
        max(reason) AS reason,
        max(per_year) AS trend,
        max(trend_reason) AS trend_reason
        FOR name IN (
            'land', 'land_planet', 'land_conserved', 'land_management',
            'marine', 'eez', 'eez_planet', 'eez_conserved', 'eez_management',
            'kba_terrestrial', 'kba_freshwater', 'kba_mountain', 'kba_marine',
            'kba_own_terrestrial', 'kba_own_freshwater', 'kba_own_mountain', 'kba_own_marine'
        )
        GROUP BY country_code, year
    )
),

quotable AS (
    SELECT
        country_code,
        year,
        bool_or(reason IS NULL) AS reportable,
        coalesce(max(reason) FILTER (WHERE reason IN ('inland_sea', 'none_or_no_site')), 'no_data') AS why_none
    FROM grid
    GROUP BY country_code, year
)

SELECT
    wide.country_code,
    wide.year,
    land_pct AS land_protected_pct,
    land_publisher AS land_protected_publisher,
    at_most_one(land_pct / 30) AS land_progress_share,
    land_trend AS land_trend_pct_per_year,
    land_planet_pct AS land_protected_planet_pct,
    land_conserved_pct,
    at_most_one(land_conserved_pct / 30) AS land_conserved_progress_share,
    land_management_pct AS land_management_assessed_pct,
    marine_pct AS marine_protected_pct,
    at_most_one(marine_pct / 30) AS marine_progress_share,
    eez_pct AS eez_protected_pct,
    eez_publisher AS eez_protected_publisher,
    at_most_one(eez_pct / 30) AS eez_progress_share,
    eez_trend AS eez_trend_pct_per_year,
    eez_planet_pct AS eez_protected_planet_pct,
    eez_conserved_pct,
    at_most_one(eez_conserved_pct / 30) AS eez_conserved_progress_share,
    eez_management_pct AS eez_management_assessed_pct,
    kba_terrestrial_pct,
    kba_terrestrial_pct_lower,
    kba_terrestrial_pct_upper,
    kba_terrestrial_source,
    kba_freshwater_pct,
    kba_freshwater_pct_lower,
    kba_freshwater_pct_upper,
    kba_freshwater_source,
    kba_mountain_pct,
    kba_mountain_pct_lower,
    kba_mountain_pct_upper,
    kba_mountain_source,
    kba_marine_pct,
    kba_marine_pct_lower,
    kba_marine_pct_upper,
    kba_marine_source,
    kba_own_terrestrial_pct,
    kba_own_terrestrial_pct_lower,
    kba_own_terrestrial_pct_upper,
    kba_own_terrestrial_sites,
    kba_own_freshwater_pct,
    kba_own_freshwater_pct_lower,
    kba_own_freshwater_pct_upper,
    kba_own_freshwater_sites,
    kba_own_mountain_pct,
    kba_own_mountain_pct_lower,
    kba_own_mountain_pct_upper,
    kba_own_mountain_sites,
    kba_own_marine_pct,
    kba_own_marine_pct_lower,
    kba_own_marine_pct_upper,
    kba_own_marine_sites,
    land_basis,
    land_reason IS NULL AS land_reportable,
    land_reason,
    land_planet_basis,
    land_planet_reason IS NULL AS land_planet_reportable,
    land_planet_reason,
    land_conserved_basis,
    land_conserved_reason IS NULL AS land_conserved_reportable,
    land_conserved_reason,
    land_management_basis,
    land_management_reason IS NULL AS land_management_reportable,
    land_management_reason,
    marine_basis,
    marine_reason IS NULL AS marine_reportable,
    marine_reason,
    eez_basis,
    eez_reason IS NULL AS eez_reportable,
    eez_reason,
    eez_planet_basis,
    eez_planet_reason IS NULL AS eez_planet_reportable,
    eez_planet_reason,
    eez_conserved_basis,
    eez_conserved_reason IS NULL AS eez_conserved_reportable,
    eez_conserved_reason,
    eez_management_basis,
    eez_management_reason IS NULL AS eez_management_reportable,
    eez_management_reason,
    kba_terrestrial_basis,
    kba_terrestrial_reason IS NULL AS kba_terrestrial_reportable,
    kba_terrestrial_reason,
    kba_freshwater_basis,
    kba_freshwater_reason IS NULL AS kba_freshwater_reportable,
    kba_freshwater_reason,
    kba_mountain_basis,
    kba_mountain_reason IS NULL AS kba_mountain_reportable,
    kba_mountain_reason,
    kba_marine_basis,
    kba_marine_reason IS NULL AS kba_marine_reportable,
    kba_marine_reason,
    kba_own_terrestrial_reason IS NULL AS kba_own_terrestrial_reportable,
    kba_own_terrestrial_reason,
    kba_own_freshwater_reason IS NULL AS kba_own_freshwater_reportable,
    kba_own_freshwater_reason,
    kba_own_mountain_reason IS NULL AS kba_own_mountain_reportable,
    kba_own_mountain_reason,
    kba_own_marine_reason IS NULL AS kba_own_marine_reportable,
    kba_own_marine_reason,
    land_trend_reason IS NULL AS land_trend_reportable,
    land_trend_reason,
    eez_trend_reason IS NULL AS eez_trend_reportable,
    eez_trend_reason,
    quotable.reportable,
    CASE WHEN NOT quotable.reportable THEN quotable.why_none END AS reason
FROM wide
JOIN quotable ON wide.country_code = quotable.country_code AND wide.year = quotable.year
