"""ness-pipeline: per-country eco-security metrics from public biodiversity and policy data."""

from importlib.metadata import version

__version__ = version("ness-pipeline")
