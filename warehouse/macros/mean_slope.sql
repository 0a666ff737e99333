-- Mean of several slopes, each a list in the order of red_list_number; NULL where there is none, and in a place that none of them
-- has.
CREATE OR REPLACE MACRO mean_slope(slopes) AS
    CASE
        WHEN len(slopes) > 0
            THEN list_transform(
                range(1, len(slopes[1]) + 1),
                lambda place: list_avg(list_transform(slopes, lambda slope: slope[place]))
            )
    END;
