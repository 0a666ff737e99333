"""The schedule: the only place that imports prefect."""
