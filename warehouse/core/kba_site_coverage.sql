-- Protected parts of key biodiversity areas, one row per country, site, realm and year.
-- Believed: for each country and realm the sites of one source, own files first; the sites of two sources do not mix.
SELECT country_code, site_id, realm, year, new_area_share, assessed_year, source
FROM landed.kba_site_coverage
QUALIFY
    dense_rank() OVER (PARTITION BY country_code, realm ORDER BY source_precedence(source), source) = 1
    AND row_number() OVER (
        PARTITION BY country_code, site_id, realm, year
        ORDER BY source_precedence(source), source, assessed_year DESC, unit_key
    ) = 1
