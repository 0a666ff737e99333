-- Where each country stands with each treaty, one row per country and treaty.
-- Believed: own files, then publishers, then seeds; the whole row counts, because dates of two sources make no story.
SELECT
    country_code,
    treaty,
    status,
    signed_on,
    deposited_on,
    entry_into_force,
    left_on,
    instrument,
    as_of,
    stated_by,
    note,
    source
FROM landed.treaty_party
QUALIFY
    row_number() OVER (
        PARTITION BY country_code, treaty
        ORDER BY source_precedence(source), source, as_of DESC NULLS LAST, unit_key
    ) = 1
