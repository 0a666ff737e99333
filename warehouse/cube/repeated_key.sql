-- Keys that more than one record has.
SELECT stated_id
FROM occurrence
WHERE stated_id IS NOT NULL
GROUP BY stated_id
HAVING count(*) > 1
