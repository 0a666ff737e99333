-- Reporting group of the species of a set that only the Red List Index has; NULL for reporting groups themselves.
CREATE OR REPLACE MACRO group_of_set(taxon_group) AS
    CASE taxon_group WHEN 'cycads' THEN 'conifers_and_cycads' WHEN 'reef_building_corals' THEN 'corals' END;
