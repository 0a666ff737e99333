-- Where each country stands with each treaty, one row per country and treaty.
-- Believed: the source that speaks of the later day; of the same day own files, then publishers, then seeds. The whole
-- row counts, because dates of two sources make no story. A row without a date speaks up to the latest of its own dates.
-- That a treaty is not open to a country is said by the seeds of whom no list names: it gives way to every list that
-- names the country as a party, and holds against lists that name it as none.
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
    earlier_periods,
    source
FROM (SELECT *, bool_or(status = 'not_open') OVER (PARTITION BY country_code, treaty) AS is_closed FROM landed.treaty_party)
QUALIFY
    row_number() OVER (
        PARTITION BY country_code, treaty
        ORDER BY
            is_closed AND status IN ('not_party', 'signatory'),
            status = 'not_open' AND source_precedence(source) > 0,
            coalesce(as_of, greatest(signed_on, deposited_on, entry_into_force, left_on)) DESC NULLS LAST,
            source_precedence(source),
            source,
            unit_key
    ) = 1
