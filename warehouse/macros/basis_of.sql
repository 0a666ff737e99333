-- What a value of an official series rests on: `own_value` where a user states it as their own, `official` where a
-- publisher does, also when a file has brought the publisher's value.
CREATE OR REPLACE MACRO basis_of(source, publisher) AS
    CASE WHEN publisher IS NULL AND starts_with(source, 'file:') OR publisher = 'user' THEN 'own_value' ELSE 'official' END;
