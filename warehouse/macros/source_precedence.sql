-- Who is believed first when sources disagree: 0 own files, 1 publishers, 2 the sample of open data, 3 the seeds; the last
-- two come with the project.
CREATE OR REPLACE MACRO source_precedence(source) AS
    CASE WHEN starts_with(source, 'file:') THEN 0 WHEN source = 'sample' THEN 2 WHEN source = 'seeds' THEN 3 ELSE 1 END;
