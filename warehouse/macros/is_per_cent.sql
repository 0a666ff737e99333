-- Whether a value of a series in per cent may be read as it stands: its unit is per cent, or none is given, as in many of the
-- publishers' own tables. A share of 1, square kilometres or anything else is another number.
CREATE OR REPLACE MACRO is_per_cent(unit) AS
    coalesce(trim(upper(unit)) IN ('', '%', 'PERCENT', 'PER CENT', 'PERCENTAGE', 'PCT'), true);
