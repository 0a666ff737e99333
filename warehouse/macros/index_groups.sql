-- Groups of the Red List Index that a species is counted in: its reporting group, and its set where it is in one.
CREATE OR REPLACE MACRO index_groups(taxon_group, index_set) AS
    CASE WHEN index_set IS NULL THEN [taxon_group] ELSE [taxon_group, index_set] END;
