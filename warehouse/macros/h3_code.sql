-- h3_code(latitude, longitude, resolution): cell of Uber's hexagonal grid as hexadecimal text.
-- DuckDB has no such function of its own; `ness cube --grid h3:RES` puts the library h3 in the place of this macro, on DuckDB and on Spark.
CREATE OR REPLACE MACRO h3_code(latitude, longitude, resolution) AS
    CAST(error('The grid h3 needs the Python library h3') AS VARCHAR);
