-- Money for a country's biodiversity, per year with any such value: aid received, aid given, the country's own spending.
--   per area: over the latest land area; of a negative sum (more was paid back than came in) there is none
--   biodiversity_finance (deprecated) = aid received + own spending, of what is known; never reportable
-- The unit of each value is read: the UN states aid in millions of constant US dollars (CON_USD_M), other files in dollars.
-- A value in no such unit, or in none, is left out: 500 without a unit may be dollars or millions. Left out as impossible is
-- aid of more than 30 thousand million dollars a year, and own spending below 0 or of more than 200 thousand million: what
-- target 19 asks of all countries together by 2030. Aid given serves other countries and is in no total.
-- Source: UN SDG DC_ODA_BDVL (by recipient), DC_ODA_BDVDL (by donor), 15.a.1 and 15.b.1; land area of core.country;
-- Kunming-Montreal framework, target 19.
WITH published AS (
    SELECT
        country_code,
        year,
        series_code,
        value_status,
        basis_of(publisher, source) AS basis,
        series_code = 'NESS_BIODIVERSITY_EXPENDITURE' AS is_own_spending,
        value * usd_per_unit(unit) AS usd
    FROM core.indicator_observation
    WHERE
        disaggregation = 'total'
        AND series_code IN ('DC_ODA_BDVL', 'DC_ODA_BDVDL', 'NESS_BIODIVERSITY_EXPENDITURE')
),

stated AS (
    SELECT
        country_code,
        year,
        series_code,
        basis,
        CASE
            WHEN value_status <> 'observed' THEN value_status
            WHEN usd IS NULL THEN 'unknown_unit'
            WHEN is_own_spending AND usd NOT BETWEEN 0 AND 2e11 THEN 'out_of_range'
            WHEN NOT is_own_spending AND usd NOT BETWEEN -3e10 AND 3e10 THEN 'out_of_range'
        END AS why_not,
        CASE WHEN why_not IS NULL THEN usd END AS usd
    FROM published
),

wide AS (
    SELECT
        country_code,
        year,
        max(usd) FILTER (WHERE series_code = 'DC_ODA_BDVL') AS received,
        max(basis) FILTER (WHERE series_code = 'DC_ODA_BDVL' AND usd IS NOT NULL) AS received_basis,
        max(usd) FILTER (WHERE series_code = 'DC_ODA_BDVDL') AS given,
        max(basis) FILTER (WHERE series_code = 'DC_ODA_BDVDL' AND usd IS NOT NULL) AS given_basis,
        max(usd) FILTER (WHERE series_code = 'NESS_BIODIVERSITY_EXPENDITURE') AS domestic,
        max(basis) FILTER (WHERE series_code = 'NESS_BIODIVERSITY_EXPENDITURE' AND usd IS NOT NULL) AS domestic_basis,
        list(series_code || '=' || why_not) FILTER (WHERE why_not IS NOT NULL) AS stated
    FROM stated
    GROUP BY country_code, year
),

area AS (
    SELECT country_code, arg_max(basis_of(publisher, source), year) AS basis
    FROM core.indicator_observation
    WHERE series_code = 'AG.LND.TOTL.K2' AND disaggregation = 'total' AND value_status = 'observed' AND value >= 0
    GROUP BY country_code
),

summed AS (
    SELECT
        wide.*,
        nullif(country.land_area_km2, 0) AS km2,
        -- An amount by area is as much one's own as the area is.
        source_precedence(country.source) = 0 OR coalesce(area.basis = 'own_value', false) AS is_own_area,
        CASE
            WHEN coalesce(wide.received, wide.domestic) IS NOT NULL
                THEN coalesce(wide.received, 0) + coalesce(wide.domestic, 0)
        END AS finance
    FROM wide
    LEFT JOIN core.country AS country ON wide.country_code = country.country_code
    LEFT JOIN area ON wide.country_code = area.country_code
),

explained AS (
    SELECT
        *,
        missing_reason(received, 'DC_ODA_BDVL', false, stated) AS received_reason,
        missing_reason(given, 'DC_ODA_BDVDL', false, stated) AS given_reason,
        missing_reason(domestic, 'NESS_BIODIVERSITY_EXPENDITURE', false, stated) AS domestic_reason,
        CASE WHEN km2 IS NULL THEN 'no_land_area' END AS area_reason,
        -- A value that was left out keeps its row, so that it is not lost in silence.
        CASE
            WHEN 'unknown_unit' IN (received_reason, given_reason, domestic_reason) THEN 'unknown_unit'
            WHEN 'out_of_range' IN (received_reason, given_reason, domestic_reason) THEN 'out_of_range'
        END AS left_out
    FROM summed
)

SELECT
    country_code,
    year,
    received AS biodiversity_aid_received_usd,
    CASE WHEN received >= 0 THEN received / km2 END AS biodiversity_aid_received_usd_per_km2,
    given AS biodiversity_aid_given_usd,
    domestic AS domestic_biodiversity_finance_usd,
    domestic / km2 AS domestic_biodiversity_finance_usd_per_km2,
    finance AS biodiversity_finance_usd,
    CASE WHEN finance >= 0 THEN finance / km2 END AS biodiversity_finance_usd_per_km2,
    CASE
        WHEN received IS NOT NULL AND domestic IS NOT NULL THEN 'aid and domestic'
        WHEN received IS NOT NULL THEN 'aid'
        WHEN domestic IS NOT NULL THEN 'domestic'
    END AS finance_components,
    received_basis,
    received_reason IS NULL AS received_reportable,
    received_reason,
    coalesce(received_reason, CASE WHEN received < 0 THEN 'net_repayment' END, area_reason) AS received_area_reason,
    CASE WHEN is_own_area THEN 'own_value' ELSE received_basis END AS received_area_basis,
    received_area_reason IS NULL AS received_area_reportable,
    given_basis,
    given_reason IS NULL AS given_reportable,
    given_reason,
    domestic_basis,
    domestic_reason IS NULL AS domestic_reportable,
    domestic_reason,
    coalesce(domestic_reason, area_reason) AS domestic_area_reason,
    CASE WHEN is_own_area THEN 'own_value' ELSE domestic_basis END AS domestic_area_basis,
    domestic_area_reason IS NULL AS domestic_area_reportable,
    CASE WHEN 'own_value' IN (received_basis, domestic_basis) THEN 'own_value' WHEN finance IS NOT NULL THEN 'official' END AS finance_basis,
    CASE WHEN is_own_area THEN 'own_value' ELSE finance_basis END AS finance_area_basis,
    false AS finance_reportable,
    CASE WHEN finance IS NULL THEN 'no_data' ELSE 'mixed_owners' END AS finance_reason,
    false AS finance_area_reportable,
    CASE WHEN finance < 0 THEN 'net_repayment' ELSE coalesce(CASE WHEN finance IS NOT NULL THEN area_reason END, finance_reason) END
        AS finance_area_reason,
    coalesce(received, given, domestic) IS NOT NULL AS reportable,
    CASE WHEN NOT reportable THEN left_out END AS reason
FROM explained
WHERE coalesce(received, given, domestic) IS NOT NULL OR left_out IS NOT NULL
