"""The population: the honest world that everything else is planted in.

`found` makes the world without its people; `settle` adds people, with everything that a person has;
`open_checking` gives people one more account; `live` gives accounts their honest life, and
`with_life` gives it to those that a pattern makes; `errands_of` is what everybody does once.
"""

from __future__ import annotations

from graphgen.population.banking import open_checking
from graphgen.population.commerce import found
from graphgen.population.life import errands_of, live, with_life
from graphgen.population.settlement import settle

__all__ = ["errands_of", "found", "live", "open_checking", "settle", "with_life"]
