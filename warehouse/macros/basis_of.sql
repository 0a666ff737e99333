-- What a value of an official series rests on: `own_value` where an own file states it as the user's, else `official`, also
-- where a file has brought a publisher's value.
CREATE OR REPLACE MACRO basis_of(source, publisher) AS
    CASE WHEN starts_with(source, 'file:') AND publisher = 'user' THEN 'own_value' ELSE 'official' END;
