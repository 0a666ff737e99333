-- A share capped at 1, NULL where there is none: `least` would take the cap for a missing share.
CREATE OR REPLACE MACRO at_most_one(share) AS
    CASE WHEN share > 1 THEN 1.0 ELSE share END;
