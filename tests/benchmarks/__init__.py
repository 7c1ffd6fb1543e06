"""Benchmarks: every client on the same work, side by side. ``make bench`` runs them; no test is gated on a time."""
