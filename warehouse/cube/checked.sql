-- Checked records: each with the first column that fails, NULL for one that counts.
SELECT
    *,
    broken_column AS failed_column
FROM checked_record
