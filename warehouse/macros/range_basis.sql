-- What a number weighted by one species' range share rests on: on the share where it is weak, else on the list of species.
CREATE OR REPLACE MACRO range_basis(list_basis, share_method, range_share) AS
    CASE
        WHEN is_weak_share(share_method, range_share)
            THEN CASE share_method WHEN 'occurrences' THEN 'shares_of_records' ELSE 'equal_shares' END
        WHEN list_basis = 'country_list' THEN 'assessments_and_ranges'
        ELSE list_basis
    END;
