-- Whether a share of the world range says little about the range: it follows records, or splits the range equally among
-- several countries. An equal share of 1 is a species that lives in one country.
CREATE OR REPLACE MACRO is_weak_share(share_method, range_share) AS
    coalesce(share_method = 'occurrences' OR share_method = 'equal_shares' AND range_share < 1, false);
