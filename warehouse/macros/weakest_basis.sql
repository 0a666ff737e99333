-- What a number rests on that several species, or groups, make together: the weakest of their bases.
CREATE OR REPLACE MACRO weakest_basis(basis) AS
    CASE
        WHEN bool_or(basis = 'shares_of_records') THEN 'shares_of_records'
        WHEN bool_or(basis = 'equal_shares') THEN 'equal_shares'
        WHEN bool_or(basis = 'records') THEN 'records'
        WHEN bool_or(basis = 'own_list') THEN 'own_list'
        ELSE min(basis)
    END;
