"""Queries that find what the patterns plant, one file each, under the pattern's name."""
