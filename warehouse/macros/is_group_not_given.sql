-- is_group_not_given(country, counted_group): whether GBIF did not say which species of a country are of a group that is counted,
-- by itself or within a roll-up, and the warehouse has not known it before either: only the species that another source names
-- are counted in it then.
CREATE OR REPLACE MACRO is_group_not_given(country, counted_group) AS
    (country, counted_group) IN (
        SELECT (gap.unit, unnest([member.taxon_group, coalesce(member.roll_up, 'all'), 'all']))
        FROM ops.gap AS gap
        JOIN core.taxon_group AS member ON gap.what = 'group ' || member.taxon_group
        WHERE gap.source = 'gbif_country' AND gap.rows_from IS NULL
    );
