"""Estimators of diversity in plain Python, as the textbooks write them: what the warehouse's SQL is compared with.

Abundances are the records of each species, or the sampling units that each species is seen in; slow and simple on
purpose, and NULL is None.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

Z95 = 1.96
_STEEP = 5.0


def unseen_ratio(abundances: Sequence[int], n: int) -> float:
    """How many of the singletons' share the unseen species hold: A of Chao & Jost."""
    f1, f2 = abundances.count(1), abundances.count(2)
    if f1 == 0:
        return 0.0
    if f2 > 0:
        return (n - 1) * f1 / ((n - 1) * f1 + 2 * f2)
    return (n - 1) * (f1 - 1) / ((n - 1) * (f1 - 1) + 2)


def coverage(abundances: Sequence[int], n: int) -> float | None:
    """Estimated share of all individuals that belong to species seen; n records, or n sampling units."""
    if n < 2:
        return None
    return 1 - abundances.count(1) / sum(abundances) * unseen_ratio(abundances, n)


def chao(abundances: Sequence[int], n: int, *, is_bias_corrected: bool = False) -> float:
    """Species that exist, at least."""
    s, f1, f2 = len(abundances), abundances.count(1), abundances.count(2)
    if is_bias_corrected:
        return s + f1 * (f1 - 1) / (2 * (f2 + 1))
    a = (n - 1) / n
    return s + a * f1 * f1 / (2 * f2) if f2 else s + a * f1 * (f1 - 1) / 2


def chao_bounds(
    abundances: Sequence[int], n: int, *, is_bias_corrected: bool = False
) -> tuple[float | None, float | None]:
    """The 95 % log-normal interval of `chao`."""
    s, f1, f2 = len(abundances), abundances.count(1), abundances.count(2)
    estimate = chao(abundances, n, is_bias_corrected=is_bias_corrected)
    if estimate == s:
        return None, None
    a = (n - 1) / n
    if is_bias_corrected and not f2:
        # Chao 1987 gives the variance without species seen twice once, for every form.
        variance = f1 * (f1 - 1) / 2 + f1 * (2 * f1 - 1) ** 2 / 4 - f1**4 / (4 * estimate)
    elif is_bias_corrected:
        variance = (
            f1 * (f1 - 1) / (2 * (f2 + 1))
            + f1 * (2 * f1 - 1) ** 2 / (4 * (f2 + 1) ** 2)
            + f1**2 * f2 * (f1 - 1) ** 2 / (4 * (f2 + 1) ** 4)
        )
    elif f2:
        r = f1 / f2
        variance = f2 * (a * r**2 / 2 + a**2 * r**3 + a**2 * r**4 / 4)
    else:
        variance = a * f1 * (f1 - 1) / 2 + a**2 * f1 * (2 * f1 - 1) ** 2 / 4 - a**2 * f1**4 / (4 * estimate)
    spread = math.exp(Z95 * math.sqrt(math.log1p(variance / (estimate - s) ** 2)))
    return s + (estimate - s) / spread, s + (estimate - s) * spread


def entropy(abundances: Sequence[int]) -> float:
    """Shannon's entropy."""
    n = sum(abundances)
    return math.fsum(-x / n * math.log(x / n) for x in abundances)


def asymptotic_entropy(abundances: Sequence[int], n: int) -> float:
    """Shannon's entropy of an endless sample (Chao & Jost); of sampling units, that of the chances of being in one."""
    f1 = abundances.count(1)
    harmonic, to_n = {}, 0.0
    wanted = set(abundances)
    for k in range(n - 1, 0, -1):
        to_n += 1 / k
        if k in wanted:
            harmonic[k] = to_n
    seen = math.fsum(x / n * harmonic.get(x, 0.0) for x in abundances)
    q = unseen_ratio(abundances, n)
    if q == 0:
        return seen
    if n * (1 - q) < _STEEP:
        powers = math.fsum(q**r / r for r in range(1, n))
        return seen + f1 / n * q ** (1 - n) * (-math.log(1 - q) - powers)
    terms, k = [q / n], 1
    while terms[-1] > terms[0] * 1e-18:
        k += 1
        terms.append(q**k / (n - 1 + k))
    return seen + f1 / n * math.fsum(terms)


def expected_species(abundances: Sequence[int], m: int) -> float | None:
    """Species expected among m records (Hurlbert)."""
    n = sum(abundances)
    if n < m:
        return None
    return math.fsum(
        1.0 if n - x < m else -math.expm1(math.fsum(math.log1p(-x / (n - j)) for j in range(m))) for x in abundances
    )


def missed(x: int, m: float, n: int) -> float:
    """C(n-x, m) / C(n, m) for any m, factor by factor: with log-gamma functions it would lose digits."""
    if m >= n - x + 1:
        return 0.0 if x else 1.0
    return math.exp(math.fsum(math.log1p(-m / (n - j)) for j in range(x)))


def size_at_coverage(abundances: Sequence[int], n: int, wanted: float) -> float | None:
    """Sample size at which the species seen hold a share of all individuals; None when there is none."""
    whole = coverage(abundances, n)
    if whole is None:
        return None
    total, ratio = sum(abundances), unseen_ratio(abundances, n)
    if whole < wanted:
        return n - 1 + math.log((1 - wanted) * total / abundances.count(1)) / math.log(ratio)
    counts = Counter(abundances)

    def is_short(m: float) -> bool:
        return math.fsum(k * x / total * missed(x - 1, m, n - 1) for x, k in counts.items()) > 1 - wanted

    low, high = 0.0, float(n)
    if is_short(high):
        return high
    while high - low > 1e-15 * high:
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if is_short(middle) else (low, middle)
    return max(1.0, high)


def richness_at(abundances: Sequence[int], n: int, m: float) -> float:
    """Species expected in a sample of another size."""
    if m < n:
        return math.fsum(k * (1 - missed(x, m, n)) for x, k in Counter(abundances).items())
    ratio = unseen_ratio(abundances, n)
    return len(abundances) + (chao(abundances, n) - len(abundances)) * (1 - math.pow(ratio, m - n))


def entropy_at(abundances: Sequence[int], n: int, m: int) -> float:
    """Shannon's entropy expected in m of n records or units: - sum of (k/u) ln(k/u) f_k(m), m whole."""
    u = sum(abundances) * m / n
    terms = []
    for x, species in Counter(abundances).items():
        first, last = max(0, x + m - n), min(x, m)
        chances, largest = [0.0], 0.0
        for k in range(first, last):
            chances.append(chances[-1] + math.log((x - k) * (m - k) / ((k + 1) * (n - x - m + k + 1))))
            largest = max(largest, chances[-1])
        weights = [math.exp(chance - largest) for chance in chances]
        whole = math.fsum(weights)
        terms += [-species * k / u * math.log(k / u) * w / whole for k, w in enumerate(weights, first) if k]
    return math.fsum(terms)


def hill_1_at(abundances: Sequence[int], n: int, m: float) -> float:
    """Hill number of order 1 in a sample of another size: linear between whole sizes up to n, then towards the limit."""
    total = sum(abundances)
    if m < n:
        whole = math.floor(m)
        lower, upper = (math.exp(entropy_at(abundances, n, size)) for size in (whole, whole + 1))
        return lower + (upper - lower) * (m - whole)
    observed = math.exp(entropy(abundances))
    limit = total / n * math.exp(n / total * asymptotic_entropy(abundances, n))
    if m == n or limit <= observed:
        return observed
    added = math.fsum(
        x / total * ((x - 1) / (n - 1) * math.log1p(-1 / x) - math.log1p(-1 / n)) if x > 1 else -x / total * math.log1p(-1 / n)
        for x in abundances
    )  # fmt: skip
    last = -observed * math.expm1(-added)
    slope = last / (limit - observed + last)
    return observed + (limit - observed) * -math.expm1((m - n) * math.log1p(-slope))


def hill_2_at(abundances: Sequence[int], n: int, m: float) -> float:
    """Hill number of order 2 in a sample of any size."""
    total = sum(abundances)
    pairs = sum(x * (x - 1) for x in abundances)
    return 1 / (n / (m * total) + (m - 1) / m * pairs * n / (total**2 * (n - 1)))


def standardised(abundances: Sequence[int], n: int, wanted: float) -> tuple[float | None, ...]:
    """Hill numbers of order 0, 1 and 2 at a coverage and the size for it; None where the sample must be more than doubled."""
    size = size_at_coverage(abundances, n, wanted)
    if size is None or size > 2 * n:
        return None, None, None, None
    return richness_at(abundances, n, size), hill_1_at(abundances, n, size), hill_2_at(abundances, n, size), size
