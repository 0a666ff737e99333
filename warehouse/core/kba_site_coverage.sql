-- Protected parts of key biodiversity areas, one row per country, site, realm and year.
-- Believed: for each country and realm the sites of all own files together, else of one publisher, so that the sites of two do
-- not mix.
SELECT country_code, site_id, realm, year, new_area_share, assessed_year, source
FROM landed.kba_site_coverage
QUALIFY
    dense_rank() OVER (
        PARTITION BY country_code, realm
        ORDER BY source_precedence(source), CASE WHEN source_precedence(source) > 0 THEN source END
    ) = 1
    AND row_number() OVER (
        PARTITION BY
            country_code,
            site_id,
            realm,
            year,
            source_precedence(source),
            CASE WHEN source_precedence(source) > 0 THEN source END
        ORDER BY assessed_year DESC, source, unit_key
    ) = 1
