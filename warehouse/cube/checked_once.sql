-- Checked records, with those that repeat an earlier one refused.
SELECT
    checked_record.*,
    repeated_record.file_row IS NOT NULL AS is_repeated,
    coalesce(broken_column, CASE WHEN repeated_record.file_row IS NOT NULL THEN 'record_id' END) AS failed_column
FROM checked_record
LEFT JOIN repeated_record
    ON checked_record.file_path = repeated_record.file_path AND checked_record.file_row = repeated_record.file_row
