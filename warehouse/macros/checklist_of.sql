-- Checklist that a species key is from: the one that the row names, else `name:` or `iucn:` where the key begins with that
-- word, for such species no checklist knows, else none ('').
CREATE OR REPLACE MACRO checklist_of(checklist_key, species_key) AS
    coalesce(checklist_key, regexp_extract(species_key, '^(name|iucn):'));
