-- Identifiers (gbifID or occurrenceID) that more than one record has.
-- Reads `validated_record`, records that do not count included: to leave them out here costs more than to look at the few
-- repeated ones again (repeated_record.sql).
SELECT published_id
FROM validated_record
WHERE published_id IS NOT NULL
GROUP BY published_id
HAVING count(*) > 1
