-- Whether a species belongs to a country by its origin, as IUCN's country tables count it: introduced and vagrant species,
-- and those brought outside their range on purpose, do not. An origin that nobody states, or that is uncertain, does.
-- Source: IUCN Red List summary statistics, notes to Tables 5 and 6.
CREATE OR REPLACE MACRO is_native_origin(origin) AS
    coalesce(origin NOT IN ('introduced', 'vagrant', 'assisted_colonisation'), true);
