-- A day, month, quarter or year, or the name of a release that has one in it, as text that sorts by time: '2026-07-01',
-- '2026.Q2 portal' (2026-06), 'OWID 2025-02', '2025-2', '2022'; NULL where there is no year in it.
CREATE OR REPLACE MACRO release_order(release) AS
    nullif(
        concat_ws(
            '-',
            nullif(regexp_extract(release, '(?:19|20)[0-9]{2}'), ''),
            coalesce(
                lpad(CAST(3 * TRY_CAST(regexp_extract(release, '(?:19|20)[0-9]{2}[-. ]?[Qq]([1-4])', 1) AS INTEGER) AS VARCHAR), 2, '0'),
                lpad(nullif(regexp_extract(release, '(?:19|20)[0-9]{2}[-./]([0-9]{1,2})', 1), ''), 2, '0')
            ),
            lpad(nullif(regexp_extract(release, '(?:19|20)[0-9]{2}[-./][0-9]{1,2}[-./]([0-9]{1,2})', 1), ''), 2, '0')
        ),
        ''
    );
