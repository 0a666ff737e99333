-- Valid records whose identifier an earlier valid record has; the first in the order of files and rows counts.
-- Reads `valid_record` (records that pass all filters and meet the contract) and `repeated_key`.
SELECT file_path, file_row
FROM (
    SELECT
        file_path,
        file_row,
        row_number() OVER (PARTITION BY published_id ORDER BY file_path, file_row) AS place
    FROM valid_record
    WHERE published_id IN (SELECT published_id FROM repeated_key)
) AS placed
WHERE place > 1
