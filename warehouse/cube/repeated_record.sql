-- Records whose key an earlier record of the same files already has; the first in the order of files and rows counts.
SELECT file_path, file_row
FROM (
    SELECT
        file_path,
        file_row,
        row_number() OVER (PARTITION BY stated_id ORDER BY file_path, file_row) AS place
    FROM occurrence
    WHERE stated_id IN (SELECT stated_id FROM repeated_key)
) AS placed
WHERE place > 1
