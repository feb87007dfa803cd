"""Stores in memory, for tests and dry runs."""
