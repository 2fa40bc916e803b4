"""Sinks, one file each. `graphgen.exporter` says what an exporter is."""
