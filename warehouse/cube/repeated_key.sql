-- Keys that more than one record has.
SELECT stated_id
FROM occurrence
WHERE stated_id IS NOT NULL AND NOT has_no_key
GROUP BY stated_id
HAVING count(*) > 1
