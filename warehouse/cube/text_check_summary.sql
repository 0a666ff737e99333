-- Of each column that the cube groups by: how many different texts are invalid, and how many differ from their value.
-- Reads `text_check`: the texts of count_by_text.sql, with is_invalid (no valid value) and is_rewritten (valid, but written
-- differently, such as `ke` for KE).
SELECT
    column_name,
    count(*) FILTER (WHERE is_invalid) AS invalid,
    count(*) FILTER (WHERE is_rewritten) AS rewritten
FROM text_check
GROUP BY column_name
