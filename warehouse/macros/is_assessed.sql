-- Whether a Red List category is the result of an assessment, Data Deficient included; NE and NA are not.
-- Source: IUCN Red List Categories and Criteria 3.1 (2001); regional guidelines (2012) for RE and NA.
CREATE OR REPLACE MACRO is_assessed(category) AS
    coalesce(category IN ('EX', 'EW', 'RE', 'CR', 'EN', 'VU', 'NT', 'LC', 'DD'), false);
