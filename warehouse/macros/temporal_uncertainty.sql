-- temporal_uncertainty(event_date, event_time): how many seconds long the time is in which a record's event may lie.
-- The shorter way of writing means the longer time: a year, a month, a day, an hour, a minute, a second. A time of zero
-- seconds counts as a minute, of zero minutes as an hour, midnight as a day, since that is what publishers write who do
-- not know. An interval `a/b` lasts from the start of a to the end of b. A day without a time takes it from event_time.
-- A week (`2020-W10`) has seven days; a day may also be written with its number in week or year (`2020-W10-3`, `2020-064`).
-- NULL for NULL; an error for text that is no ISO 8601 date, NULL for it with temporal_uncertainty_if_iso.
-- year_seconds(year): how long a year is, for a record of which only the year is known.
-- instant_uncertainty(instant): the same for a timestamp; midnight, which most are, is told by one comparison.
-- Source: minimum temporal uncertainty of the B-Cubed occurrence-cube specification (Desmet et al. 2023).
CREATE OR REPLACE MACRO iso_start(moment) AS
    try_cast(
        CASE
            WHEN length(moment) = 4 THEN moment || '-01-01 00:00:00'
            WHEN length(moment) = 7 THEN moment || '-01 00:00:00'
            WHEN length(moment) = 10 THEN moment || ' 00:00:00'
            ELSE substr(moment, 1, 10) || ' ' || substr(moment, 12, 5) || ':'
                || CASE WHEN substr(moment, 17, 1) = ':' THEN substr(moment, 18, 2) ELSE '00' END
        END AS TIMESTAMP
    );

CREATE OR REPLACE MACRO iso_end(moment) AS
    CASE
        WHEN length(moment) = 4 THEN iso_start(moment) + INTERVAL 1 YEAR
        WHEN length(moment) = 7 THEN iso_start(moment) + INTERVAL 1 MONTH
        WHEN length(moment) = 10 THEN iso_start(moment) + INTERVAL 1 DAY
        ELSE iso_start(moment)
    END;

CREATE OR REPLACE MACRO zone_seconds(zone) AS
    CASE
        WHEN zone = '' THEN 0
        ELSE (CASE WHEN substr(zone, 1, 1) = '-' THEN -1 ELSE 1 END)
            * (
                CAST(substr(zone, 2, 2) AS BIGINT) * 3600
                + CASE WHEN length(zone) >= 5 THEN CAST(substr(zone, length(zone) - 1, 2) AS BIGINT) * 60 ELSE 0 END
            )
    END;

CREATE OR REPLACE MACRO iso_zone_seconds(moment) AS zone_seconds(regexp_extract(moment, 'T[0-9:.]+([+-][0-9:]+)$', 1));

CREATE OR REPLACE MACRO clock_uncertainty(clock) AS
    CASE
        WHEN regexp_matches(clock, '^[0-9]{2}:[0-9]{2}:[0-9]{2}') AND substr(clock, 7, 2) <> '00' THEN 1
        WHEN substr(clock, 4, 2) <> '00' THEN 60
        WHEN substr(clock, 1, 2) <> '00' THEN 3600
        ELSE 86400
    END;

CREATE OR REPLACE MACRO instant_uncertainty(instant) AS
    CASE
        WHEN instant = CAST(CAST(instant AS DATE) AS TIMESTAMP) THEN 86400
        WHEN instant IS NULL THEN NULL
        WHEN extract(second FROM instant) <> 0 THEN 1
        WHEN extract(minute FROM instant) <> 0 THEN 60
        WHEN extract(hour FROM instant) <> 0 THEN 3600
        ELSE 86400
    END;

CREATE OR REPLACE MACRO year_seconds(year_number) AS
    CASE
        WHEN year_number % 400 = 0 OR (year_number % 4 = 0 AND year_number % 100 <> 0) THEN 366 * 86400
        WHEN year_number IS NOT NULL THEN 365 * 86400
    END;

CREATE OR REPLACE MACRO numbered_uncertainty(moment) AS
    CASE
        WHEN regexp_matches(moment, '^[12][0-9]{3}-?W(0[1-9]|[1-4][0-9]|5[0-3])$') THEN 604800
        WHEN regexp_matches(moment, '^[12][0-9]{3}-?(W(0[1-9]|[1-4][0-9]|5[0-3])-?[1-7]|[0-2][0-9]{2}|3[0-5][0-9]|36[0-6])$') THEN 86400
    END;

CREATE OR REPLACE MACRO temporal_uncertainty_if_iso(event_date, event_time) AS
    CASE
        WHEN event_date IS NULL THEN NULL
        WHEN event_time IS NULL AND regexp_matches(event_date, '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$') THEN 86400
        WHEN NOT regexp_matches(
            event_date,
            '^[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-][01][0-9](:?[0-5][0-9])?)?)?)?)?(/[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-][01][0-9](:?[0-5][0-9])?)?)?)?)?)?$'
        )
            THEN numbered_uncertainty(event_date)
        WHEN contains(event_date, '/')
            THEN date_diff('second', iso_start(split_part(event_date, '/', 1)), iso_end(split_part(event_date, '/', 2)))
                + iso_zone_seconds(split_part(event_date, '/', 1)) - iso_zone_seconds(split_part(event_date, '/', 2))
        WHEN contains(event_date, 'T') AND iso_start(event_date) IS NULL THEN NULL
        WHEN contains(event_date, 'T') THEN clock_uncertainty(split_part(event_date, 'T', 2))
        WHEN length(event_date) = 10 AND regexp_matches(event_time, '^[0-9]{2}:[0-9]{2}') THEN clock_uncertainty(event_time)
        ELSE date_diff('second', iso_start(event_date), iso_end(event_date))
    END;

CREATE OR REPLACE MACRO temporal_uncertainty(event_date, event_time := NULL) AS
    CASE
        WHEN event_date IS NOT NULL AND temporal_uncertainty_if_iso(event_date, event_time) IS NULL
            THEN error('The event date ' || event_date || ' is not written as ISO 8601')
        ELSE temporal_uncertainty_if_iso(event_date, event_time)
    END;
