"""The build database: its tables, the writer's lock, loading a unit of work, the models and the views."""
