-- Checked records: each with the first column that fails, NULL for one that counts.
SELECT
    *,
    FALSE AS is_repeated,
    broken_column AS failed_column
FROM checked_record
