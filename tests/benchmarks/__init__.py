"""Benchmarks that compare clients on the same work. ``make bench`` runs them; no test depends on a time."""
