-- Higher taxa that make up the reporting groups, with their keys in each checklist.
-- Believed: own files, then publishers, then seeds.
SELECT taxon_group, scientific_name, taxon_rank, is_residual, checklist_key, taxon_key, source
FROM landed.taxon_group_key
QUALIFY
    row_number() OVER (
        PARTITION BY checklist_key, taxon_group, taxon_key
        ORDER BY source_precedence(source), source, unit_key, scientific_name, taxon_rank
    ) = 1
