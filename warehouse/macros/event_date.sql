-- How a file's own date becomes an ISO 8601 text.
-- without_midnight(moment): a day without the time that stands for not knowing it.
-- calendar_date(moment): as it is, marked when its day is not in the calendar, so that the contract refuses it.
-- year_of_date(moment): the year; NULL for an interval over several years.
CREATE OR REPLACE MACRO without_midnight(moment) AS
    CASE
        WHEN contains(moment, 'T00:00') THEN regexp_replace(moment, 'T00:00(:00([.]0+)?)?Z?$', '')
        ELSE moment
    END;

CREATE OR REPLACE MACRO is_no_day(moment) AS
    regexp_matches(moment, '^[0-9]{4}-[0-9]{2}-[0-9]{2}') AND try_cast(substr(moment, 1, 10) AS DATE) IS NULL;

CREATE OR REPLACE MACRO calendar_date(moment) AS
    CASE
        WHEN is_no_day(moment) OR (contains(moment, '/') AND is_no_day(split_part(moment, '/', 2))) THEN 'no day: ' || moment
        ELSE moment
    END;

CREATE OR REPLACE MACRO year_of_date(moment) AS
    CASE
        WHEN NOT regexp_matches(moment, '/[0-9]{4}') OR regexp_extract(moment, '/([0-9]{4})', 1) = substr(moment, 1, 4)
            THEN substr(moment, 1, 4)
    END;
