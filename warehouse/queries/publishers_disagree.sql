-- Question: Where do two publishers give different numbers for the same thing?
-- Why: a number that two official tables state differently should not be quoted without saying whose it is.
-- Reading: land and forest by the World Bank and by the UN, and protected land by the World Bank and by Protected
--   Planet, the latest year that both describe, side by side; the largest differences first. Other definitions of land
--   area and other assessments of forest are the usual causes.
WITH pair (topic, first_code, second_code, factor) AS (
    VALUES
        ('forest area, share of land', 'AG.LND.FRST.ZS', 'AG_LND_FRST', 1.0),
        ('forest area, km2', 'AG.LND.FRST.K2', 'AG_LND_FRSTN', 10.0),
        ('land area, km2', 'AG.LND.TOTL.K2', 'AG_LND_TOTL', 10.0),
        ('protected land, share', 'ER.LND.PTLD.ZS', 'PP_LAND_PA_PCT', 1.0)
)

SELECT
    pair.topic,
    one.country_code,
    one.year,
    one.value AS by_world_bank,
    other.publisher AS other_publisher,
    other.value * pair.factor AS by_the_other,
    round(abs(one.value - other.value * pair.factor) / nullif(one.value, 0), 4) AS relative_difference
FROM pair
JOIN core.indicator_observation AS one ON one.series_code = pair.first_code
JOIN core.indicator_observation AS other
    ON other.series_code = pair.second_code
    AND other.country_code = one.country_code
    AND other.year = one.year
    AND other.disaggregation = one.disaggregation
WHERE one.disaggregation = 'total' AND one.value_status = 'observed' AND other.value_status = 'observed'
QUALIFY row_number() OVER (PARTITION BY pair.topic, one.country_code ORDER BY one.year DESC) = 1
ORDER BY relative_difference DESC NULLS LAST, topic, country_code
