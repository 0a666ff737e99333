-- Basis of a published value: its publisher's, unless an own file says that it is the user's.
CREATE OR REPLACE MACRO basis_of(publisher) AS CASE WHEN publisher = 'user' THEN 'own_value' ELSE 'official' END;
