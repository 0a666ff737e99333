-- eqdgc_code(latitude, longitude, level): cell of the extended quarter-degree grid.
-- A degree square is named by its corner nearest to the equator and the prime meridian (E014N46, W009N52); each level
-- halves it and adds a letter: A north-west, B north-east, C south-west, D south-east. Level 0 is a degree, 2 a quarter.
-- A point on the line between two cells belongs to the one north or east of it. GBIF's function takes the one further from the
-- equator and the prime meridian, so south or west of these such a point may lie in the next cell of GBIF's cubes.
-- The poles belong to the last squares and longitude 180 to the first, which begins there. NULL for NULL.
-- Source: Larsen et al. 2009, Afr. J. Ecol. 47; the vectors of gbif/occurrence-cube.
CREATE OR REPLACE MACRO half_open_longitude(longitude) AS CASE WHEN longitude = 180 THEN -180 ELSE longitude END;

CREATE OR REPLACE MACRO half_open_latitude(latitude) AS CASE WHEN latitude = 90 THEN 89.999999999 ELSE latitude END;

CREATE OR REPLACE MACRO degree_name(edge) AS CASE WHEN edge < 0 THEN -edge - 1 ELSE edge END;

CREATE OR REPLACE MACRO degree_square(south, west) AS
    CASE WHEN west < 0 THEN 'W' ELSE 'E' END || lpad(CAST(degree_name(west) AS VARCHAR), 3, '0')
    || CASE WHEN south < 0 THEN 'S' ELSE 'N' END || lpad(CAST(degree_name(south) AS VARCHAR), 2, '0');

CREATE OR REPLACE MACRO quarter_letter(latitude, longitude, parts) AS
    CASE
        WHEN CAST(floor((latitude - floor(latitude)) * parts) AS INTEGER) % 2 = 1
            THEN CASE WHEN CAST(floor((longitude - floor(longitude)) * parts) AS INTEGER) % 2 = 1 THEN 'B' ELSE 'A' END
        WHEN CAST(floor((longitude - floor(longitude)) * parts) AS INTEGER) % 2 = 1 THEN 'D'
        ELSE 'C'
    END;

CREATE OR REPLACE MACRO eqdgc_of(latitude, longitude, level) AS
    degree_square(CAST(floor(latitude) AS INTEGER), CAST(floor(longitude) AS INTEGER))
    || CASE WHEN level >= 1 THEN quarter_letter(latitude, longitude, 2) ELSE '' END
    || CASE WHEN level >= 2 THEN quarter_letter(latitude, longitude, 4) ELSE '' END
    || CASE WHEN level >= 3 THEN quarter_letter(latitude, longitude, 8) ELSE '' END
    || CASE WHEN level >= 4 THEN quarter_letter(latitude, longitude, 16) ELSE '' END
    || CASE WHEN level >= 5 THEN quarter_letter(latitude, longitude, 32) ELSE '' END
    || CASE WHEN level >= 6 THEN quarter_letter(latitude, longitude, 64) ELSE '' END;

CREATE OR REPLACE MACRO eqdgc_code(latitude, longitude, level) AS
    CASE
        WHEN latitude IS NULL OR longitude IS NULL THEN NULL
        ELSE eqdgc_of(half_open_latitude(latitude), half_open_longitude(longitude), level)
    END;
