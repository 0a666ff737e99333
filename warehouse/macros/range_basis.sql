-- What numbers weighted by range shares rest on: the weakest of the shares and of the list of species.
CREATE OR REPLACE MACRO range_basis(list_basis, has_record_shares, has_equal_shares) AS
    CASE
        WHEN has_record_shares THEN 'shares_of_records'
        WHEN has_equal_shares THEN 'equal_shares'
        WHEN list_basis = 'country_list' THEN 'assessments_and_ranges'
        ELSE list_basis
    END;
