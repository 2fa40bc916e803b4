"""Planting: what several patterns share, on grids of cases and their people, payments or hops.

Who takes part (`mules`, `hubs`, `rings`), how money moves between them (`flow`, `hops`, `relay`,
`chains`, `layers`), and what else they do (`access`, `credit`).
"""
