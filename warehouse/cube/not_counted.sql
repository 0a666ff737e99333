-- How many records do not count because of a filter or check of each record, by the number of that rule.
-- Reads `count_by_text` (count_by_text.sql).
SELECT
    failed_rule,
    CAST(sum(occurrences) AS BIGINT) AS records
FROM count_by_text
WHERE failed_rule IS NOT NULL
GROUP BY failed_rule
