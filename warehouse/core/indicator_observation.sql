-- Official series, one value per country, series, year and disaggregation.
-- Believed: of own files the latest release (see ops.displaced); an own file's row replaces the publisher's, and that replaces the sample's; the whole row counts, so a value keeps
-- its own bounds and notes.
SELECT
    country_code,
    series_code,
    year,
    disaggregation,
    value,
    value_lower,
    value_upper,
    value_status,
    unit,
    nature,
    footnote,
    publisher,
    release,
    source
FROM landed.indicator_observation
QUALIFY
    row_number() OVER (
        PARTITION BY country_code, series_code, year, disaggregation
        ORDER BY source_precedence(source), source, unit_key
    ) = 1
