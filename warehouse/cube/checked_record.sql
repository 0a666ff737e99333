-- Checked records of files in which no record is there twice.
-- Reads `validated_record`: records with broken_column, the first column that a filter or the contract refuses.
-- Gives of each record whether it repeats an earlier one, and failed_column, NULL for a record that counts.
SELECT
    *,
    FALSE AS is_repeated,
    broken_column AS failed_column
FROM validated_record
