-- How a file's own text becomes a value.
-- bare(word): without blanks around it; blank is NULL. For codes where `NA` is Namibia or Not Applicable.
-- stated(word): as bare, with the ways in which R and Python write a missing value as NULL.
-- Written as CASE, because DuckDB makes a join of a list of more than five words.
-- Of words that are stated: whole(word): whole numbers and keys, `5219833.0` is 5219833; of words that are whole:
-- key_of(word): a key of a species; what a spreadsheet made of a key (`5.2E+06`) is no key;
-- whole_number, decimal_number(word): the number; NULL for text that is none.
CREATE OR REPLACE MACRO trimmed(word) AS trim(word);

CREATE OR REPLACE MACRO bare(word) AS CASE WHEN trimmed(word) = '' THEN NULL ELSE trimmed(word) END;

CREATE OR REPLACE MACRO stated(word) AS
    CASE trimmed(word)
        WHEN '' THEN NULL
        WHEN 'NA' THEN NULL
        WHEN 'NaN' THEN NULL
        WHEN 'nan' THEN NULL
        WHEN 'NULL' THEN NULL
        WHEN 'None' THEN NULL
        ELSE trimmed(word)
    END;

CREATE OR REPLACE MACRO whole(word) AS
    CASE WHEN contains(word, '.') AND regexp_matches(word, '^-?[0-9]+[.]0+$') THEN split_part(word, '.', 1) ELSE word END;

CREATE OR REPLACE MACRO key_of(word) AS
    CASE
        WHEN NOT regexp_matches(word, '^[0-9]*([.]|[0-9][eE])') THEN word
        WHEN regexp_matches(word, '^[0-9]+([.][0-9]+)?[eE][+-]?[0-9]+$|^[0-9]*[.][0-9]+$') THEN NULL
        ELSE word
    END;

CREATE OR REPLACE MACRO whole_number(word) AS
    CASE WHEN regexp_matches(word, '^[+-]?[0-9]{1,18}$') THEN CAST(word AS BIGINT) END;

CREATE OR REPLACE MACRO decimal_number(word) AS
    CASE
        WHEN regexp_matches(word, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$') THEN CAST(word AS DOUBLE)
    END;
