-- Checked records, with those that repeat an earlier one refused.
SELECT
    checked_record.*,
    CASE
        WHEN broken_column IS NULL AND repeated_record.file_row IS NOT NULL THEN 'record_id'
        ELSE broken_column
    END AS failed_column
FROM checked_record
LEFT JOIN repeated_record
    ON checked_record.file_path = repeated_record.file_path AND checked_record.file_row = repeated_record.file_row
