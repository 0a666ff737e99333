-- How a file's own date becomes an ISO 8601 text, from which year and temporal uncertainty are read.
-- iso_date(moment, day_order): the date as ISO 8601. Read are, besides ISO 8601 itself: a blank for the T (`2020-03-01 10:15`),
-- an interval whose end leaves out what its start says (`2007-11-13/15`), `20200301`, `2020/3/1`, `1/3/2020`, `1.3.2020`,
-- `1 March 2020`, `Mar 1, 2020`, `Mar 2020`. Other text stays as it is; no other macro takes it for a date.
-- Of `1/3/2020`, a number above 12 is the day; else day_order says which is the first: `day` or `month`, NULL where the file does
-- not tell. Then the date is the year alone, so that its uncertainty is that of the year. With dots the day always is the first.
-- A time behind such a date is left out.
-- first_above_12(moment), second_above_12(moment): boolean, whether such a date tells that the day is the first, the second.
-- without_midnight(moment): a day without the time that stands for not knowing it.
-- year_of_date(moment): the year of an ISO 8601 text as text; NULL for an interval over several years, for a week that may
-- belong to two, and for text that is no date.
-- Sources: ISO 8601-1:2019; Darwin Core quick reference guide, eventDate.
CREATE OR REPLACE MACRO without_midnight(moment) AS
    CASE
        WHEN contains(moment, 'T00:00') THEN regexp_replace(moment, 'T00:00(:00([.]0+)?)?Z?$', '')
        ELSE moment
    END;

CREATE OR REPLACE MACRO with_t(moment) AS
    regexp_replace(regexp_replace(moment, ' ?UTC$', 'Z'), '^([0-9]{4}-[0-9]{2}-[0-9]{2}) +([0-9]{2}:[0-9]{2})', '\1T\2');

CREATE OR REPLACE MACRO whole_end(day, moment) AS
    CASE
        WHEN regexp_matches(moment, '^T?[0-9]{2}:') THEN day || 'T' || replace(moment, 'T', '')
        WHEN length(split_part(moment, 'T', 1)) < length(day)
            THEN substr(day, 1, length(day) - length(split_part(moment, 'T', 1))) || moment
        ELSE moment
    END;

CREATE OR REPLACE MACRO whole_interval(first, last) AS first || '/' || whole_end(split_part(first, 'T', 1), last);

CREATE OR REPLACE MACRO year_month_day(year_text, month_text, day_text) AS
    year_text || '-' || lpad(month_text, 2, '0') || '-' || lpad(day_text, 2, '0');

CREATE OR REPLACE MACRO is_above_12(number) AS regexp_matches(number, '^(1[3-9]|[2-9][0-9])$');

CREATE OR REPLACE MACRO is_slashed(moment) AS regexp_matches(moment, '^[0-9]{1,2}[/-][0-9]{1,2}[/-][12][0-9]{3}([ T]|$)');

CREATE OR REPLACE MACRO first_above_12(moment) AS
    regexp_matches(moment, '^(1[3-9]|[2-9][0-9])[/-](0?[0-9]|1[0-2])[/-][12][0-9]{3}([ T]|$)');

CREATE OR REPLACE MACRO second_above_12(moment) AS
    regexp_matches(moment, '^(0?[0-9]|1[0-2])[/-](1[3-9]|[2-9][0-9])[/-][12][0-9]{3}([ T]|$)');

CREATE OR REPLACE MACRO slashed_date(number_1, number_2, year_text, day_order) AS
    CASE
        WHEN is_above_12(number_1) AND is_above_12(number_2) THEN year_text
        WHEN is_above_12(number_1) OR lpad(number_1, 2, '0') = lpad(number_2, 2, '0')
            THEN year_month_day(year_text, number_2, number_1)
        WHEN is_above_12(number_2) OR day_order = 'month' THEN year_month_day(year_text, number_1, number_2)
        WHEN day_order = 'day' THEN year_month_day(year_text, number_2, number_1)
        ELSE year_text
    END;

CREATE OR REPLACE MACRO month_text(name) AS
    lpad(CAST(CAST((strpos('janfebmaraprmayjunjulaugsepoctnovdec', substr(name, 1, 3)) + 2) / 3 AS INTEGER) AS VARCHAR), 2, '0');

CREATE OR REPLACE MACRO is_named(moment) AS
    regexp_matches(
        moment,
        '^([0-9]{1,2}[ -])?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[.]?[ -]([0-9]{1,2},? )?[12][0-9]{3}$'
    );

CREATE OR REPLACE MACRO day_text(moment) AS
    regexp_extract(moment, '^([0-9]{1,2})[ -]', 1) || regexp_extract(moment, '[a-z.] ([0-9]{1,2}),? [12]', 1);

CREATE OR REPLACE MACRO named_date(moment) AS
    substr(moment, length(moment) - 3) || '-' || month_text(regexp_extract(moment, '([a-z]+)', 1))
    || CASE WHEN day_text(moment) = '' THEN '' ELSE '-' || lpad(day_text(moment), 2, '0') END;

CREATE OR REPLACE MACRO other_date(moment, day_order) AS
    CASE
        WHEN is_slashed(moment)
            THEN slashed_date(
                regexp_extract(moment, '^([0-9]+)', 1), regexp_extract(moment, '^[0-9]+[/-]([0-9]+)', 1),
                regexp_extract(moment, '[/-]([0-9]{4})', 1), day_order
            )
        WHEN regexp_matches(moment, '^[0-9]{1,2}[.][0-9]{1,2}[.][12][0-9]{3}$')
            THEN year_month_day(split_part(moment, '.', 3), split_part(moment, '.', 2), split_part(moment, '.', 1))
        WHEN regexp_matches(moment, '^[12][0-9]{3}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$')
            THEN year_month_day(substr(moment, 1, 4), substr(moment, 5, 2), substr(moment, 7, 2))
        WHEN regexp_matches(moment, '^[12][0-9]{3}(-[0-9]{1,2}-|/[0-9]{1,2}/|[.][0-9]{1,2}[.])[0-9]{1,2}$')
            THEN year_month_day(
                substr(moment, 1, 4), regexp_extract(moment, '[/.-]([0-9]+)', 1), regexp_extract(moment, '([0-9]+)$', 1)
            )
        WHEN regexp_matches(moment, '^[12][0-9]{3}-[0-9]{2}-[0-9]{2} +[0-9]{2}:[0-9]{2}[^/]*$')
            THEN without_midnight(with_t(moment))
        WHEN regexp_matches(moment, '^[12][0-9]{3}(-[0-9]{2}){0,2}([T ][0-9:.+Z-]+)?/[0-9T][0-9T :.+Z-]*$')
            THEN whole_interval(
                without_midnight(with_t(split_part(moment, '/', 1))), without_midnight(with_t(split_part(moment, '/', 2)))
            )
        WHEN is_named(lower(moment)) THEN named_date(lower(moment))
        ELSE without_midnight(moment)
    END;

CREATE OR REPLACE MACRO iso_date(moment, day_order) AS
    CASE
        WHEN regexp_matches(moment, '^[12][0-9]{3}(-[0-9]{2}(-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?)?)?$') THEN without_midnight(moment)
        ELSE other_date(moment, day_order)
    END;

CREATE OR REPLACE MACRO year_of_date(moment) AS
    CASE
        WHEN NOT regexp_matches(moment, '^[12][0-9]{3}($|[-/])') THEN NULL
        WHEN regexp_matches(moment, '^[0-9]{4}-?W(01|52|53)') THEN NULL
        WHEN NOT regexp_matches(moment, '/[0-9]{4}') OR regexp_extract(moment, '/([0-9]{4})', 1) = substr(moment, 1, 4)
            THEN substr(moment, 1, 4)
    END;
