-- Countries and territories with the land area that the World Bank gives for the latest year.
-- Believed: own files, then publishers, then seeds. An area in an own file wins over the World Bank's. Whether a country is
-- landlocked is a fact of geography: an own file says so only of a country that no other source knows. Nor does it make a
-- state a member of the United Nations.
-- Source of the area: World Bank AG.LND.TOTL.K2, latest observed value.
WITH believed AS (
    SELECT *
    FROM (
        SELECT
            * EXCLUDE (is_landlocked, un_membership),
            any_value(un_membership) FILTER (source_precedence(source) > 0) OVER of_country AS un_membership,
            coalesce(bool_or(is_landlocked) FILTER (source_precedence(source) > 0) OVER of_country, is_landlocked) AS is_landlocked
        FROM landed.country
        WINDOW of_country AS (PARTITION BY country_code)
    )
    QUALIFY row_number() OVER (PARTITION BY country_code ORDER BY source_precedence(source), source, unit_key) = 1
),

area AS (
    SELECT country_code, arg_max(value, year) AS land_area_km2
    FROM core.indicator_observation
    WHERE series_code = 'AG.LND.TOTL.K2' AND disaggregation = 'total' AND value_status = 'observed' AND value >= 0
    GROUP BY country_code
)

SELECT
    believed.country_code,
    believed.iso3_code,
    believed.m49_code,
    believed.country_name,
    believed.region,
    believed.subregion,
    believed.is_landlocked,
    believed.un_membership,
    CASE
        WHEN source_precedence(believed.source) = 0 THEN coalesce(believed.land_area_km2, area.land_area_km2)
        ELSE coalesce(area.land_area_km2, believed.land_area_km2)
    END AS land_area_km2,
    believed.source
FROM believed
LEFT JOIN area USING (country_code)
