-- What each source says, over which days, of where each country stands with each treaty.
--   in force      from the entry into force until left, in earlier periods too; a party stands until a withdrawal is known
--   not in force  before, between and after these periods, and always for who is no party, up to the day of the source; a
--                 withdrawal holds to the end of its year
--   unknown       after that; of the days before a party without a date nothing is said
--   not open      at all times; no row then says "no party"
-- A row without a day (as_of) speaks up to the latest of its own dates, and says nothing when it has none.
-- Flags: UN SDG 15.6.1, 1 party at the end of that year and from then on, 0 no party up to then.
-- Source: landed lists of parties (CBD Secretariat, seeds, own files); UN SDG ER_CBD_NAGOYA, ER_CBD_PTYPGRFA.
WITH listed AS (
    SELECT
        country_code,
        treaty,
        source,
        status,
        entry_into_force,
        left_on,
        earlier_periods,
        coalesce(as_of, greatest(signed_on, deposited_on, entry_into_force, left_on)) AS spoken_on
    FROM landed.treaty_party
    QUALIFY
        row_number() OVER (
            PARTITION BY country_code, treaty, source ORDER BY spoken_on DESC NULLS LAST, unit_key
        ) = 1
),

period AS (
    SELECT
        country_code,
        treaty,
        source,
        CAST(split_part(days, '/', 1) AS DATE) AS first_day,
        CAST(split_part(days, '/', 2) AS DATE) AS next_day,
        true AS is_dated
    FROM (SELECT *, unnest(string_split(earlier_periods, ';')) AS days FROM listed WHERE status <> 'not_open')
    UNION ALL
    SELECT
        country_code,
        treaty,
        source,
        coalesce(entry_into_force, spoken_on) AS first_day,
        left_on AS next_day,
        entry_into_force IS NOT NULL AS is_dated
    FROM listed
    WHERE
        (status = 'party' AND coalesce(entry_into_force, spoken_on) IS NOT NULL)
        OR (status IN ('deposited', 'signatory') AND entry_into_force IS NOT NULL)
        OR (status = 'not_party' AND entry_into_force IS NOT NULL AND left_on IS NOT NULL)
),

summed AS (
    SELECT
        listed.country_code,
        listed.treaty,
        listed.source,
        listed.spoken_on,
        max(period.next_day) AS last_day,
        coalesce(bool_or(period.first_day IS NOT NULL AND period.next_day IS NULL), false) AS is_bound,
        greatest(listed.spoken_on + 1, make_date(year(max(period.next_day)) + 1, 1, 1)) AS unknown_from
    FROM listed
    LEFT JOIN period USING (country_code, treaty, source)
    WHERE listed.status <> 'not_open' AND listed.spoken_on IS NOT NULL
    GROUP BY listed.country_code, listed.treaty, listed.source, listed.spoken_on
),

spanned AS (
    SELECT country_code, treaty, source, first_day AS valid_from, next_day AS valid_to, 'in_force' AS standing FROM period
    UNION ALL
    SELECT country_code, treaty, source, last_next_day AS valid_from, first_day AS valid_to, 'not_in_force' AS standing
    FROM (
        SELECT
            *,
            lag(next_day) OVER (PARTITION BY country_code, treaty, source ORDER BY first_day) AS last_next_day
        FROM period
    )
    WHERE is_dated
    UNION ALL
    SELECT country_code, treaty, source, last_day AS valid_from, unknown_from AS valid_to, 'not_in_force' AS standing
    FROM summed
    WHERE NOT is_bound
    UNION ALL
    SELECT country_code, treaty, source, unknown_from AS valid_from, NULL AS valid_to, 'unknown' AS standing
    FROM summed
    WHERE NOT is_bound
),

closed AS (
    SELECT DISTINCT country_code, treaty FROM listed WHERE status = 'not_open'
),

stated AS (
    SELECT
        spanned.country_code,
        spanned.treaty,
        spanned.source,
        summed.spoken_on AS as_of,
        false AS is_flag,
        spanned.valid_from,
        spanned.valid_to,
        spanned.standing
    FROM spanned
    JOIN summed USING (country_code, treaty, source)
    LEFT JOIN closed ON spanned.country_code = closed.country_code AND spanned.treaty = closed.treaty
    WHERE
        closed.treaty IS NULL
        OR (spanned.country_code, spanned.treaty, spanned.source) IN (SELECT (country_code, treaty, source) FROM period)
    UNION ALL
    SELECT
        country_code,
        treaty,
        source,
        spoken_on AS as_of,
        false AS is_flag,
        NULL AS valid_from,
        NULL AS valid_to,
        'not_open' AS standing
    FROM listed
    WHERE status = 'not_open'
    UNION ALL
    SELECT
        flag.country_code,
        series.treaty,
        flag.source,
        make_date(flag.year, 12, 31) AS as_of,
        true AS is_flag,
        span.valid_from,
        span.valid_to,
        span.standing
    FROM core.indicator_observation AS flag
    JOIN (VALUES ('ER_CBD_NAGOYA', 'nagoya'), ('ER_CBD_PTYPGRFA', 'itpgrfa')) AS series (series_code, treaty)
        ON flag.series_code = series.series_code
    CROSS JOIN LATERAL (
        VALUES
            (1, make_date(flag.year, 12, 31), CAST(NULL AS DATE), 'in_force'),
            (0, CAST(NULL AS DATE), make_date(flag.year + 1, 1, 1), 'not_in_force'),
            (0, make_date(flag.year + 1, 1, 1), CAST(NULL AS DATE), 'unknown')
    ) AS span (value, valid_from, valid_to, standing)
    ANTI JOIN closed ON flag.country_code = closed.country_code AND series.treaty = closed.treaty
    WHERE flag.disaggregation = 'total' AND flag.value_status = 'observed' AND flag.value = span.value
)

SELECT
    country_code,
    treaty,
    source,
    coalesce(as_of, DATE '1900-01-01') AS as_of,
    is_flag,
    row_number() OVER (
        PARTITION BY country_code, treaty, source, as_of, is_flag ORDER BY valid_from NULLS FIRST, valid_to
    ) AS span,
    valid_from,
    valid_to,
    standing
FROM stated
