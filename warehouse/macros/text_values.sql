-- How the text of a file becomes a value. `value` is text, and so is each result unless another type is given.
-- trimmed(value): without blanks around it.
-- blank_as_null(value): trimmed, blank text is NULL. For codes where `NA` is Namibia or Not Applicable.
-- missing_as_null(value): as blank_as_null, and NULL for the ways in which R and Python write a missing value.
-- is_blank(value), is_missing(value): boolean, whether these are NULL. The first letter of most values is enough to know.
-- is_code(value, codes): boolean, whether it is one of the codes of two letters in a text like 'AD AE'; FALSE for NULL.
-- code_of(value, codes): that code in capitals; NULL where it is none of them.
-- species_key_of(value): the key of a species; `5219833.0` is 5219833. NULL for what a spreadsheet made of a key (`5.2E+06`)
-- and for more than 64 letters. Most keys stay as they are, which key_needs_cleaning(value) finds out first: all but digits
-- and capitals without E and N, which stand in `1E5` and `NA`. cleaned_key(value) does the rest.
-- without_zero_decimals(value): `2021.0` is 2021; other text stays as it is.
-- whole_number(value), decimal_number(value): a BIGINT and a DOUBLE; NULL for text that is no such number.
-- The lists of values are written as CASE, because DuckDB makes a join of a list of more than five.
CREATE OR REPLACE MACRO trimmed(value) AS trim(value);

CREATE OR REPLACE MACRO blank_as_null(value) AS CASE WHEN trimmed(value) = '' THEN NULL ELSE trimmed(value) END;

CREATE OR REPLACE MACRO missing_as_null(value) AS
    CASE
        WHEN length(trimmed(value)) > 4 THEN trimmed(value)
        WHEN trimmed(value) = '' THEN NULL
        WHEN trimmed(value) = 'NA' THEN NULL
        WHEN trimmed(value) = 'NaN' THEN NULL
        WHEN trimmed(value) = 'nan' THEN NULL
        WHEN trimmed(value) = 'NULL' THEN NULL
        WHEN trimmed(value) = 'None' THEN NULL
        ELSE trimmed(value)
    END;

CREATE OR REPLACE MACRO is_blank(value) AS CASE WHEN value >= '!' THEN FALSE ELSE blank_as_null(value) IS NULL END;

CREATE OR REPLACE MACRO is_missing(value) AS
    CASE WHEN value BETWEEN '!' AND 'M' THEN FALSE ELSE missing_as_null(value) IS NULL END;

CREATE OR REPLACE MACRO is_code(value, codes) AS
    coalesce(length(trimmed(value)) = 2 AND contains(codes, upper(trimmed(value))), FALSE);

CREATE OR REPLACE MACRO code_of(value, codes) AS CASE WHEN is_code(value, codes) THEN upper(trimmed(value)) END;

CREATE OR REPLACE MACRO without_zero_decimals(value) AS
    CASE
        WHEN contains(value, '.') AND regexp_matches(value, '^-?[0-9]+[.]0+$') THEN split_part(value, '.', 1)
        ELSE value
    END;

CREATE OR REPLACE MACRO key_needs_cleaning(value) AS
    regexp_matches(value, '[^0-9A-DF-MO-Z]') OR value = '' OR length(value) > 64;

CREATE OR REPLACE MACRO cleaned_key(value) AS
    CASE
        WHEN regexp_matches(value, '^-?[0-9]+[.]0+$') THEN split_part(value, '.', 1)
        WHEN regexp_matches(value, '^[0-9]+([.][0-9]+)?[eE][+-]?[0-9]+$|^[0-9]*[.][0-9]+$') THEN NULL
        WHEN length(value) <= 64 THEN value
    END;

CREATE OR REPLACE MACRO species_key_of(value) AS
    CASE WHEN key_needs_cleaning(value) THEN cleaned_key(missing_as_null(value)) ELSE value END;

CREATE OR REPLACE MACRO whole_number(value) AS
    CASE WHEN regexp_matches(value, '^[+-]?[0-9]{1,18}$') THEN CAST(value AS BIGINT) END;

CREATE OR REPLACE MACRO decimal_number(value) AS
    CASE
        WHEN regexp_matches(value, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$') THEN CAST(value AS DOUBLE)
    END;
