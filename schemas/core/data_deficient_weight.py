"""Contract of `core.data_deficient_weight`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, count


class DataDeficientWeight(Contract):
    """One row = the total weight that a number of Data Deficient species may have, if each has the weight of a random species of a pool.

    The distribution is exact: the sum of so many draws with replacement, computed by convolution and not by
    simulation. The columns `reached_by_…` hold the largest total that is reached with at least that probability.

    Traps: a larger weight means a lower Red List Index, so the 97.5 % quantile of weight is the 2.5 % quantile of
    the index.
    """

    weight_0: int = count("Species of weight 0 in the pool.", "{species}")
    weight_1: int = count("Species of weight 1.", "{species}")
    weight_2: int = count("Species of weight 2.", "{species}")
    weight_3: int = count("Species of weight 3.", "{species}")
    weight_4: int = count("Species of weight 4.", "{species}")
    weight_5: int = count("Species of weight 5.", "{species}")
    data_deficient: int = count("Number of draws.", "{species}")
    reached_by_p025: int = count("Largest total reached with a probability of at least 2.5 %.", "1")
    reached_by_p05: int = count("The same for 5 %.", "1")
    reached_by_p50: int = count("The same for 50 %.", "1")
    reached_by_p95: int = count("The same for 95 %.", "1")
    reached_by_p975: int = count("The same for 97.5 %.", "1")

    class Config:
        """Grain: pool and number of draws."""

        unique = ["weight_0", "weight_1", "weight_2", "weight_3", "weight_4", "weight_5", "data_deficient"]
