-- Basis of a published value: its publisher's, unless an own file brought it, whosever series the file says that it is.
CREATE OR REPLACE MACRO basis_of(publisher, source) AS
    CASE WHEN publisher = 'user' OR starts_with(source, 'file:') THEN 'own_value' ELSE 'official' END;
