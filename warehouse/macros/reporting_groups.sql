-- Everything that a species of one reporting group is counted in: the group, its roll-up where it has one, and `all`.
CREATE OR REPLACE MACRO reporting_groups(taxon_group, roll_up) AS
    CASE WHEN roll_up IS NULL THEN [taxon_group, 'all'] ELSE [taxon_group, roll_up, 'all'] END;
