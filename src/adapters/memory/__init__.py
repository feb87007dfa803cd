"""Everything in memory: for tests and dry runs."""
