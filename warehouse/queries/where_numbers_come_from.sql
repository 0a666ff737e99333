-- Question: Where does each number of a country come from, and how old is it?
-- Why: a number without source and date cannot be defended; change KE to another code.
-- Reading: the last load of each source for the country and for the world's tables. received = loaded +
--   left out by filters + quarantined, always; a failed load leaves the earlier rows in place, so `extracted_at` then
--   says how old they are.
SELECT
    source,
    unit,
    table_name,
    arg_max(status, loaded_at) AS last_load,
    arg_max(received, loaded_at) AS received,
    arg_max(left_out, loaded_at) AS left_out,
    arg_max(quarantined, loaded_at) AS quarantined,
    arg_max(release, loaded_at) AS release,
    max(extracted_at) FILTER (status = 'loaded') AS extracted_at
FROM ops.load
WHERE unit IN ('KE', 'world') OR starts_with(source, 'file:')
GROUP BY source, unit, table_name
ORDER BY source, unit, table_name
