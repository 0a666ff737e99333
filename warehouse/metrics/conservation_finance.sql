-- Money for a country's biodiversity, per year with any such value: aid received, aid given, domestic spending.
--   biodiversity_finance = aid received + domestic spending, of what is known; per area: over the latest land area
-- UN SDG states aid in millions of constant US dollars; here it is in dollars. Domestic spending is an own file's series
-- NESS_BIODIVERSITY_EXPENDITURE, in constant US dollars. Aid given serves other countries and is in no total.
-- Source: UN SDG DC_ODA_BDVL (by recipient), DC_ODA_BDVDL (by donor), 15.a.1 and 15.b.1; land area of core.country.
WITH stated AS (
    SELECT
        country_code,
        year,
        series_code,
        CASE WHEN value_status = 'observed' THEN value * CASE WHEN series_code LIKE 'DC_ODA_%' THEN 1e6 ELSE 1 END END AS usd,
        CASE WHEN value_status <> 'observed' THEN value_status END AS why_not
    FROM core.indicator_observation
    WHERE
        disaggregation = 'total'
        AND series_code IN ('DC_ODA_BDVL', 'DC_ODA_BDVDL', 'NESS_BIODIVERSITY_EXPENDITURE')
),

wide AS (
    SELECT
        country_code,
        year,
        max(usd) FILTER (WHERE series_code = 'DC_ODA_BDVL') AS received,
        max(usd) FILTER (WHERE series_code = 'DC_ODA_BDVDL') AS given,
        max(usd) FILTER (WHERE series_code = 'NESS_BIODIVERSITY_EXPENDITURE') AS domestic,
        list(series_code || '=' || why_not) FILTER (WHERE why_not IS NOT NULL) AS stated
    FROM stated
    GROUP BY country_code, year
),

summed AS (
    SELECT
        wide.*,
        nullif(country.land_area_km2, 0) AS km2,
        CASE
            WHEN coalesce(wide.received, wide.domestic) IS NOT NULL
                THEN coalesce(wide.received, 0) + coalesce(wide.domestic, 0)
        END AS finance
    FROM wide
    LEFT JOIN core.country AS country ON wide.country_code = country.country_code
),

explained AS (
    SELECT
        *,
        missing_reason(received, 'DC_ODA_BDVL', false, stated) AS received_reason,
        missing_reason(given, 'DC_ODA_BDVDL', false, stated) AS given_reason,
        missing_reason(domestic, 'NESS_BIODIVERSITY_EXPENDITURE', false, stated) AS domestic_reason,
        CASE WHEN finance IS NULL THEN 'no_data' END AS finance_reason,
        CASE WHEN km2 IS NULL THEN 'no_land_area' END AS area_reason
    FROM summed
)

SELECT
    country_code,
    year,
    received AS biodiversity_aid_received_usd,
    received / km2 AS biodiversity_aid_received_usd_per_km2,
    given AS biodiversity_aid_given_usd,
    domestic AS domestic_biodiversity_finance_usd,
    domestic / km2 AS domestic_biodiversity_finance_usd_per_km2,
    finance AS biodiversity_finance_usd,
    finance / km2 AS biodiversity_finance_usd_per_km2,
    CASE
        WHEN received IS NOT NULL AND domestic IS NOT NULL THEN 'aid and domestic'
        WHEN received IS NOT NULL THEN 'aid'
        WHEN domestic IS NOT NULL THEN 'domestic'
    END AS finance_components,
    received_reason IS NULL AS received_reportable,
    received_reason,
    coalesce(received_reason, area_reason) IS NULL AS received_area_reportable,
    coalesce(received_reason, area_reason) AS received_area_reason,
    given_reason IS NULL AS given_reportable,
    given_reason,
    domestic_reason IS NULL AS domestic_reportable,
    domestic_reason,
    coalesce(domestic_reason, area_reason) IS NULL AS domestic_area_reportable,
    coalesce(domestic_reason, area_reason) AS domestic_area_reason,
    finance_reason IS NULL AS finance_reportable,
    finance_reason,
    coalesce(finance_reason, area_reason) IS NULL AS finance_area_reportable,
    coalesce(finance_reason, area_reason) AS finance_area_reason,
    true AS reportable,
    NULL AS reason
FROM explained
WHERE coalesce(received, given, domestic) IS NOT NULL
