"""Caches of vendors' lists."""
