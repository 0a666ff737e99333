-- State of a country's forests, mountains, soils and waters, per year with any such value.
--   forest_change = 100 * ((pct(y) / pct(y0)) ^ (1 / (y - y0)) - 1), y0 = the earliest year from y-10 to y-5 with a value
--   of the same series, publisher, release and basis: an own file's year in a publisher's series is no part of its change
-- Forest takes one series for all years of a country: the UN's where it has a value in any year, else the World Bank's. Both
-- are after the FAO, but of different assessments, so they are never mixed; the World Bank's stands beside it.
-- Mountain green cover is the index over all belts and covers: the row of land cover `MGCI` without a belt, as the UN
-- names it since 2022, and the total only for a country that has no such row, for the series before was computed in
-- another way. Bounds such as `<5` are no values; a published value outside 0 to 100, or whose unit is another one than per
-- cent, is left out. A country without forest at y0 has no rate of change.
-- Source: UN SDG AG_LND_FRST (15.1.1), ER_MTN_GRNCVI (15.4.2), AG_LND_DGRD (15.3.1), EN_H2O_WBAMBQ (6.3.2); World Bank
-- AG.LND.FRST.ZS; FAO Global Forest Resources Assessment for the compound rate.
WITH published AS (
    SELECT
        *,
        CASE
            WHEN disaggregation = 'total' AND (series_code <> 'ER_MTN_GRNCVI' OR publisher = 'user') THEN 1
            WHEN disaggregation = 'total' THEN 2
            WHEN series_code = 'ER_MTN_GRNCVI' AND lower(disaggregation) = 'land cover=mgci' THEN 1
            WHEN series_code = 'ER_MTN_GRNCVI' AND lower(disaggregation) = 'bioclimatic belt=total;land cover=mgci' THEN 1
        END AS preference
    FROM core.indicator_observation
    WHERE series_code IN ('AG_LND_FRST', 'AG.LND.FRST.ZS', 'ER_MTN_GRNCVI', 'AG_LND_DGRD', 'EN_H2O_WBAMBQ')
),

whole AS (
    SELECT *
    FROM published
    WHERE preference IS NOT NULL
    QUALIFY
        preference = min(preference) OVER (PARTITION BY country_code, series_code)
        AND row_number() OVER (
            PARTITION BY country_code, year, series_code, preference ORDER BY source_precedence(source), disaggregation
        ) = 1
),

stated AS (
    SELECT
        country_code,
        year,
        series_code,
        publisher,
        release,
        basis_of(publisher, source) AS basis,
        CASE WHEN value_status = 'observed' AND is_per_cent(unit) AND value BETWEEN 0 AND 100 THEN value END AS pct,
        CASE
            WHEN value_status <> 'observed' THEN value_status
            WHEN NOT is_per_cent(unit) THEN 'unknown_unit'
            WHEN value NOT BETWEEN 0 AND 100 THEN 'out_of_range'
        END AS why_not
    FROM whole
),

forest_series AS (
    SELECT
        country_code,
        CASE
            WHEN count(pct) FILTER (WHERE series_code = 'AG_LND_FRST') = 0 AND count(pct) FILTER (WHERE series_code = 'AG.LND.FRST.ZS') > 0
                THEN 'AG.LND.FRST.ZS'
            ELSE 'AG_LND_FRST'
        END AS series_code
    FROM stated
    GROUP BY country_code
),

earlier AS (
    SELECT
        now.country_code,
        now.year,
        arg_min(past.pct, past.year) FILTER (
            WHERE past.publisher = now.publisher AND past.basis = now.basis AND past.release IS NOT DISTINCT FROM now.release
        ) AS first_pct,
        min(past.year) FILTER (
            WHERE past.publisher = now.publisher AND past.basis = now.basis AND past.release IS NOT DISTINCT FROM now.release
        ) AS first_year
    FROM stated AS now
    JOIN forest_series ON now.country_code = forest_series.country_code AND now.series_code = forest_series.series_code
    JOIN stated AS past
        ON
            now.country_code = past.country_code
            AND now.series_code = past.series_code
            AND past.year BETWEEN now.year - 10 AND now.year - 5
            AND past.pct IS NOT NULL
    GROUP BY now.country_code, now.year
),

wide AS (
    SELECT
        stated.country_code,
        stated.year,
        any_value(forest_series.series_code) AS forest_series,
        max(pct) FILTER (WHERE stated.series_code = forest_series.series_code) AS forest,
        max(publisher) FILTER (WHERE stated.series_code = forest_series.series_code AND pct IS NOT NULL) AS forest_publisher,
        max(basis) FILTER (WHERE stated.series_code = forest_series.series_code AND pct IS NOT NULL) AS forest_basis,
        max(pct) FILTER (WHERE stated.series_code = 'AG.LND.FRST.ZS') AS bank,
        max(basis) FILTER (WHERE stated.series_code = 'AG.LND.FRST.ZS' AND pct IS NOT NULL) AS bank_basis,
        max(pct) FILTER (WHERE stated.series_code = 'ER_MTN_GRNCVI') AS mountain,
        max(basis) FILTER (WHERE stated.series_code = 'ER_MTN_GRNCVI' AND pct IS NOT NULL) AS mountain_basis,
        max(pct) FILTER (WHERE stated.series_code = 'AG_LND_DGRD') AS degraded,
        max(basis) FILTER (WHERE stated.series_code = 'AG_LND_DGRD' AND pct IS NOT NULL) AS degraded_basis,
        max(pct) FILTER (WHERE stated.series_code = 'EN_H2O_WBAMBQ') AS waters,
        max(basis) FILTER (WHERE stated.series_code = 'EN_H2O_WBAMBQ' AND pct IS NOT NULL) AS waters_basis,
        list(stated.series_code || '=' || why_not) FILTER (WHERE why_not IS NOT NULL) AS stated
    FROM stated
    JOIN forest_series ON stated.country_code = forest_series.country_code
    GROUP BY stated.country_code, stated.year
),

changed AS (
    SELECT
        wide.*,
        earlier.first_pct,
        earlier.year IS NOT NULL AND earlier.first_year IS NULL AS is_other_release,
        CASE
            WHEN earlier.first_pct > 0
                THEN 100 * (power(wide.forest / earlier.first_pct, 1.0 / (wide.year - earlier.first_year)) - 1)
        END AS forest_change,
        missing_reason(wide.forest, wide.forest_series, false, wide.stated) AS forest_reason,
        missing_reason(wide.bank, 'AG.LND.FRST.ZS', false, wide.stated) AS bank_reason,
        missing_reason(wide.mountain, 'ER_MTN_GRNCVI', false, wide.stated) AS mountain_reason,
        missing_reason(wide.degraded, 'AG_LND_DGRD', false, wide.stated) AS degraded_reason,
        missing_reason(wide.waters, 'EN_H2O_WBAMBQ', false, wide.stated) AS waters_reason
    FROM wide
    LEFT JOIN earlier ON wide.country_code = earlier.country_code AND wide.year = earlier.year
)

SELECT
    country_code,
    year,
    forest AS forest_pct,
    forest_publisher,
    forest_change AS forest_change_pct_per_year,
    bank AS forest_world_bank_pct,
    mountain AS mountain_green_cover_pct,
    degraded AS degraded_land_pct,
    waters AS waters_good_pct,
    forest_basis,
    forest_reason IS NULL AS forest_reportable,
    forest_reason,
    forest_change IS NOT NULL AS forest_change_reportable,
    CASE
        WHEN forest_change IS NOT NULL THEN NULL
        WHEN forest_reason IS NOT NULL THEN forest_reason
        WHEN first_pct = 0 THEN 'no_forest'
        WHEN is_other_release THEN 'another_release'
        ELSE 'too_few_years'
    END AS forest_change_reason,
    bank_basis AS forest_world_bank_basis,
    bank_reason IS NULL AS forest_world_bank_reportable,
    bank_reason AS forest_world_bank_reason,
    mountain_basis,
    mountain_reason IS NULL AS mountain_reportable,
    mountain_reason,
    degraded_basis,
    degraded_reason IS NULL AS degraded_reportable,
    degraded_reason,
    waters_basis,
    waters_reason IS NULL AS waters_reportable,
    waters_reason,
    true AS reportable,
    NULL AS reason
FROM changed
WHERE coalesce(forest, bank, mountain, degraded, waters) IS NOT NULL
