"""Per-country metrics: what the project publishes."""
