"""Reading the published file without changing it: questions, worked questions, the index, status, health."""
