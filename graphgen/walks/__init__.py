"""Walks: each file reads one day's events off the graph's edges."""
