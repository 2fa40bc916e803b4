"""What Neo4j's Browser and Bloom open: a style, a guide, favourites, a perspective.

All of it is made from the model and the queries of `cypher/`; only how the labels look and what
the guide says between the queries stands here.
"""

__all__ = ["PORT"]

PORT = 8001
"""Where the guide is served unless another port is named; our choice."""
