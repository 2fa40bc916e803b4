"""Patterns of crime, one file each. `graphgen.pattern` says what a pattern is."""
