-- Question: Which rows of the publishers and of own files were not loaded, and for what reason?
-- Why: a refused row may be a typing error in an own file, or a publisher that has changed its format.
-- Reading: one line per source, table and check with an example. No refused row is lost: `ops.quarantine.row` has
--   it whole. Check `filter`: records that are none of those counted, such as fossils, where they are too many to keep
--   (`ops.left_out`). The first line counts what was accepted, so that the table is never empty.
SELECT
    '(accepted)' AS source,
    '' AS table_name,
    '' AS check_name,
    sum(loaded) AS rows,
    '' AS example_reason
FROM ops.load
UNION ALL
SELECT
    source,
    table_name,
    coalesce(column_name || ': ', '') || check_name,
    count(*),
    min(reason)
FROM ops.quarantine
GROUP BY ALL
UNION ALL
SELECT
    source,
    table_name,
    column_name || ': filter',
    sum(records),
    min(reason)
FROM ops.left_out
GROUP BY ALL
ORDER BY rows DESC, source, table_name, check_name
