-- digamma(z) for z > 0: digamma(b) - digamma(a) = 1/a + 1/(a+1) + ... + 1/(b-1), without adding the terms.
-- Ten steps up by the recurrence, then the asymptotic series, which is exact to the last digits from 10 on.
-- Source: NIST Digital Library of Mathematical Functions 5.5.2, 5.11.2.
CREATE OR REPLACE MACRO digamma_series(z) AS
    ln(z) - 1 / (2 * z) - (1 / 12 - (1 / 120 - (1 / 252 - (1 / 240 - 1 / (132 * z * z)) / (z * z)) / (z * z)) / (z * z)) / (z * z);

CREATE OR REPLACE MACRO digamma(z) AS
    digamma_series(CAST(z AS DOUBLE) + 10)
    - (
        1 / (z + 9) + 1 / (z + 8) + 1 / (z + 7) + 1 / (z + 6) + 1 / (z + 5)
        + 1 / (z + 4) + 1 / (z + 3) + 1 / (z + 2) + 1 / (z + 1) + 1 / z
    );
