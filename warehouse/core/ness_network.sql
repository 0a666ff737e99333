-- Members of the NESS networks by country and year.
-- Believed: own files in the order of their names; the whole row counts.
SELECT country_code, network, year, organisations, experts, as_of, source
FROM landed.ness_network
QUALIFY
    row_number() OVER (
        PARTITION BY country_code, network, year
        ORDER BY source_precedence(source), source, as_of DESC NULLS LAST, unit_key
    ) = 1
