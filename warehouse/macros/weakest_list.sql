-- What the species of a row rest on together: a country list only where each of them is on one.
CREATE OR REPLACE MACRO weakest_list(list_basis) AS
    CASE
        WHEN bool_or(list_basis = 'records') THEN 'records'
        WHEN bool_or(list_basis = 'own_list') THEN 'own_list'
        ELSE 'country_list'
    END;
