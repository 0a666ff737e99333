-- Keys that more than one record has, whether or not it counts: to ask that of all records costs more than to look again.
SELECT stated_id
FROM checked
WHERE stated_id IS NOT NULL
GROUP BY stated_id
HAVING count(*) > 1
