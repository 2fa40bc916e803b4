"""The population: the honest world that everything else is planted in.

`found` makes the world without its people; `settle` adds people, with everything that a person has.
"""

from __future__ import annotations

from graphgen.population.commerce import found
from graphgen.population.settlement import settle

__all__ = ["found", "settle"]
