"""From occurrence records to a cube; one module per engine, one SQL text for all of them in `warehouse/cube/`."""
