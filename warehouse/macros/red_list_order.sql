-- Place of a category from Extinct to Not Evaluated: where one source says several of a species, the first one counts.
-- Source: IUCN Red List Categories and Criteria 3.1 (2001); regional guidelines (2012) for RE and NA.
CREATE OR REPLACE MACRO red_list_order(category) AS
    list_position(['EX', 'EW', 'RE', 'CR', 'EN', 'VU', 'NT', 'LC', 'DD', 'NA', 'NE'], category);
