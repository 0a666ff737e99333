-- drawn_latitude, drawn_longitude(latitude, longitude, radius_m, draw): a point inside the circle of uncertainty.
-- `draw` is a text such as '4018:2022' (record and seed); its MD5 gives two numbers u, v in [0, 1): azimuth 360 u degrees,
-- distance radius sqrt(v), so that points are even over the area and the same on every engine and every day.
-- Great circle on a sphere of 6371008.8 m. Source: point drawing of the B-Cubed occurrence-cube specification (Desmet et
-- al. 2023), whose own draw differs with every run.
CREATE OR REPLACE MACRO hex_digit(digest, place) AS strpos('0123456789abcdef', substr(digest, place, 1)) - 1;

CREATE OR REPLACE MACRO hex_fraction(digest, place) AS
    (
        hex_digit(digest, place) * 268435456.0 + hex_digit(digest, place + 1) * 16777216.0
        + hex_digit(digest, place + 2) * 1048576.0 + hex_digit(digest, place + 3) * 65536.0
        + hex_digit(digest, place + 4) * 4096.0 + hex_digit(digest, place + 5) * 256.0
        + hex_digit(digest, place + 6) * 16.0 + hex_digit(digest, place + 7)
    ) / 4294967296.0;

CREATE OR REPLACE MACRO drawn_azimuth(draw) AS radians(360 * hex_fraction(md5(draw), 1));

CREATE OR REPLACE MACRO drawn_distance(radius_m, draw) AS radius_m * sqrt(hex_fraction(md5(draw), 9)) / 6371008.8;

CREATE OR REPLACE MACRO sine_of_destination(latitude, distance, azimuth) AS
    least(
        1.0,
        greatest(
            -1.0,
            sin(radians(latitude)) * cos(distance) + cos(radians(latitude)) * sin(distance) * cos(azimuth)
        )
    );

CREATE OR REPLACE MACRO destination_longitude(latitude, longitude, distance, azimuth) AS
    longitude + degrees(
        atan2(
            sin(azimuth) * sin(distance) * cos(radians(latitude)),
            cos(distance) - sin(radians(latitude)) * sine_of_destination(latitude, distance, azimuth)
        )
    );

CREATE OR REPLACE MACRO wrapped_longitude(longitude) AS longitude - 360 * floor((longitude + 180) / 360);

CREATE OR REPLACE MACRO drawn_latitude(latitude, longitude, radius_m, draw) AS
    degrees(asin(sine_of_destination(latitude, drawn_distance(radius_m, draw), drawn_azimuth(draw))));

CREATE OR REPLACE MACRO drawn_longitude(latitude, longitude, radius_m, draw) AS
    wrapped_longitude(
        destination_longitude(latitude, longitude, drawn_distance(radius_m, draw), drawn_azimuth(draw))
    );
