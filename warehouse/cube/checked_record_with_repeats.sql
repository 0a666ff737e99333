-- Checked records of files in which some records are there twice: the later ones fail by their record_id.
-- Reads `validated_record` (see checked_record.sql, which has the same columns) and `repeated_record`.
SELECT
    validated_record.*,
    repeated_record.file_row IS NOT NULL AS is_repeated,
    coalesce(broken_column, CASE WHEN repeated_record.file_row IS NOT NULL THEN 'record_id' END) AS failed_column
FROM validated_record
LEFT JOIN repeated_record
    ON validated_record.file_path = repeated_record.file_path AND validated_record.file_row = repeated_record.file_row
