-- is_counted_absence(status, individuals, basis): boolean, whether a record without a status of its own is an absence, because no
-- individual was counted. Of a specimen there always was one. A status that is stated decides, also against the count.
-- Source: how GBIF infers occurrenceStatus from individualCount and basisOfRecord (gbif/pipelines, issues 268 and 392).
CREATE OR REPLACE MACRO is_counted_absence(status, individuals, basis) AS
    CASE
        WHEN individuals IS NULL THEN FALSE
        WHEN NOT regexp_matches(individuals, '^ *0+([.]0+)? *$') THEN FALSE
        ELSE missing_as_null(status) IS NULL AND NOT coalesce(upper(basis) LIKE '%SPECIMEN%', FALSE)
    END;
