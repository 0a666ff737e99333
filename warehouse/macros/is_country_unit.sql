-- Whether a unit of work is one country's own, by the code that names it; all others (the world, own files) speak to
-- every country. What a country's numbers may rest on is its own unit and those.
CREATE OR REPLACE MACRO is_country_unit(unit_key) AS
    regexp_matches(unit_key, '^[A-Z]{2}$');
