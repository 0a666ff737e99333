-- How a file's own text becomes a value.
-- bare(word): without blanks around it; blank is NULL. For codes where `NA` is Namibia or Not Applicable.
-- stated(word): as bare, with the ways in which R and Python write a missing value as NULL.
-- is_bare(word), is_unstated(word): whether nothing is left of it then; most words are told by their first letter.
-- Written as CASE, because DuckDB makes a join of a list of more than five words; longer words are told at once.
-- is_code(word, codes): whether it is one of the codes of two letters in a text like 'AD AE'; a word that is none and NULL
-- are not.
-- code_of(word, codes): the code that it is, in capitals; NULL where it is none.
-- key_of(word): a key of a species; `5219833.0` is 5219833; what a spreadsheet made of a key (`5.2E+06`) is no key, nor
-- is what has more than 64 letters.
-- is_odd_key(word): whether key_of has anything to do: all words but digits and capitals without E and N, which stand in
-- `1E5` and `NA`.
-- Of words that are stated: whole(word): whole numbers, `2021.0` is 2021; of words that are whole:
-- whole_number, decimal_number(word): the number; NULL for text that is none.
CREATE OR REPLACE MACRO trimmed(word) AS trim(word);

CREATE OR REPLACE MACRO bare(word) AS CASE WHEN trimmed(word) = '' THEN NULL ELSE trimmed(word) END;

CREATE OR REPLACE MACRO is_code(word, codes) AS
    coalesce(length(trimmed(word)) = 2 AND contains(codes, upper(trimmed(word))), FALSE);

CREATE OR REPLACE MACRO code_of(word, codes) AS CASE WHEN is_code(word, codes) THEN upper(trimmed(word)) END;

CREATE OR REPLACE MACRO stated(word) AS
    CASE
        WHEN length(trimmed(word)) > 4 THEN trimmed(word)
        WHEN trimmed(word) = '' THEN NULL
        WHEN trimmed(word) = 'NA' THEN NULL
        WHEN trimmed(word) = 'NaN' THEN NULL
        WHEN trimmed(word) = 'nan' THEN NULL
        WHEN trimmed(word) = 'NULL' THEN NULL
        WHEN trimmed(word) = 'None' THEN NULL
        ELSE trimmed(word)
    END;

CREATE OR REPLACE MACRO is_bare(word) AS CASE WHEN word >= '!' THEN FALSE ELSE bare(word) IS NULL END;

CREATE OR REPLACE MACRO is_unstated(word) AS CASE WHEN word BETWEEN '!' AND 'M' THEN FALSE ELSE stated(word) IS NULL END;

CREATE OR REPLACE MACRO whole(word) AS
    CASE WHEN contains(word, '.') AND regexp_matches(word, '^-?[0-9]+[.]0+$') THEN split_part(word, '.', 1) ELSE word END;

CREATE OR REPLACE MACRO is_odd_key(word) AS regexp_matches(word, '[^0-9A-DF-MO-Z]') OR word = '' OR length(word) > 64;

CREATE OR REPLACE MACRO odd_key_of(word) AS
    CASE
        WHEN regexp_matches(word, '^-?[0-9]+[.]0+$') THEN split_part(word, '.', 1)
        WHEN regexp_matches(word, '^[0-9]+([.][0-9]+)?[eE][+-]?[0-9]+$|^[0-9]*[.][0-9]+$') THEN NULL
        WHEN length(word) <= 64 THEN word
    END;

CREATE OR REPLACE MACRO key_of(word) AS CASE WHEN is_odd_key(word) THEN odd_key_of(stated(word)) ELSE word END;

CREATE OR REPLACE MACRO whole_number(word) AS
    CASE WHEN regexp_matches(word, '^[+-]?[0-9]{1,18}$') THEN CAST(word AS BIGINT) END;

CREATE OR REPLACE MACRO decimal_number(word) AS
    CASE
        WHEN regexp_matches(word, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$') THEN CAST(word AS DOUBLE)
    END;
