-- eea_code(latitude, longitude, size_m): cell of the EEA reference grid, such as 1kmE4283N2672, of 25 m to 100 km.
-- laea_easting_m, laea_northing_m: ETRS89-LAEA Europe (EPSG:3035): Lambert azimuthal equal area on the GRS 80 ellipsoid,
-- origin 52 N 10 E, false easting 4,321,000 m, false northing 3,210,000 m. Metres are rounded to millimetres before they
-- are cut into cells, so that two engines never part over the last bit of a sine.
-- NULL outside the extent of EPSG:3035 in metres, 1,896,628.62 to 7,104,179.2 E and 1,095,703.18 to 6,882,401.15 N, which are the
-- bounds of GBIF's cubes: Iceland lies inside. All of it is north of 20 N, so points
-- further south are not projected; at the antipode of the origin there is no projection.
-- Source: IOGP Geomatics Guidance Note 7-2, method 9820; EEA reference grid documentation; the vectors of gbif/occurrence-cube.
-- The constants, with e2 = f (2 - f), f = 1 / 298.257222101, a = 6378137 m and phi0 = 52 deg:
-- e = sqrt(e2), qp = q(90 deg), Rq = a sqrt(qp / 2), sin_b0 = q(phi0) / qp, D = a cos(phi0) / sqrt(1 - e2 sin(phi0)^2) / (Rq cos_b0).
CREATE OR REPLACE MACRO grs80_q(sine) AS
    (1 - 0.006694380022900787)
    * (
        sine / (1 - 0.006694380022900787 * sine * sine)
        - ln((1 - 0.08181919104281579 * sine) / (1 + 0.08181919104281579 * sine)) / (2 * 0.08181919104281579)
    );

CREATE OR REPLACE MACRO sine_of_authalic_latitude(latitude) AS grs80_q(sin(radians(latitude))) / 1.9955310874809387;

CREATE OR REPLACE MACRO laea_radius_m(sine, cosine, eastward) AS
    6371007.1808835175 * sqrt(2 / (1 + 0.7866706332158556 * sine + 0.6173729139148921 * cosine * cos(eastward)));

CREATE OR REPLACE MACRO laea_x_m(sine, cosine, eastward) AS
    4321000 + laea_radius_m(sine, cosine, eastward) * 1.0004253945280137 * cosine * sin(eastward);

CREATE OR REPLACE MACRO laea_y_m(sine, cosine, eastward) AS
    3210000
    + laea_radius_m(sine, cosine, eastward) / 1.0004253945280137
    * (0.6173729139148921 * sine - 0.7866706332158556 * cosine * cos(eastward));

CREATE OR REPLACE MACRO cosine_of(sine) AS sqrt(1 - sine * sine);

CREATE OR REPLACE MACRO laea_easting_m(latitude, longitude) AS
    laea_x_m(
        sine_of_authalic_latitude(latitude), cosine_of(sine_of_authalic_latitude(latitude)), radians(longitude - 10)
    );

CREATE OR REPLACE MACRO laea_northing_m(latitude, longitude) AS
    laea_y_m(
        sine_of_authalic_latitude(latitude), cosine_of(sine_of_authalic_latitude(latitude)), radians(longitude - 10)
    );

CREATE OR REPLACE MACRO eea_unit_m(size_m) AS
    CASE
        WHEN size_m % 100000 = 0 THEN 100000
        WHEN size_m % 10000 = 0 THEN 10000
        WHEN size_m % 1000 = 0 THEN 1000
        WHEN size_m % 100 = 0 THEN 100
        WHEN size_m % 10 = 0 THEN 10
        ELSE 1
    END;

CREATE OR REPLACE MACRO eea_digits(metres, size_m) AS
    CAST(CAST(floor(round(metres, 3) / size_m) AS BIGINT) * CAST(size_m / eea_unit_m(size_m) AS BIGINT) AS VARCHAR);

CREATE OR REPLACE MACRO eea_size_name(size_m) AS
    CASE
        WHEN size_m >= 1000 THEN CAST(CAST(size_m / 1000 AS BIGINT) AS VARCHAR) || 'km'
        ELSE CAST(size_m AS VARCHAR) || 'm'
    END;

CREATE OR REPLACE MACRO eea_code_of(easting_m, northing_m, size_m) AS
    CASE
        WHEN easting_m BETWEEN 1896628.62 AND 7104179.2 AND northing_m BETWEEN 1095703.18 AND 6882401.15
            THEN eea_size_name(size_m) || 'E' || eea_digits(easting_m, size_m) || 'N' || eea_digits(northing_m, size_m)
    END;

CREATE OR REPLACE MACRO eea_code(latitude, longitude, size_m) AS
    CASE
        WHEN latitude BETWEEN 20 AND 90 AND longitude BETWEEN -180 AND 180
            THEN eea_code_of(laea_easting_m(latitude, longitude), laea_northing_m(latitude, longitude), size_m)
    END;
