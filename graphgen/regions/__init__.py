"""Regions: a folder of data each, no code. `graphgen.region` reads them."""
