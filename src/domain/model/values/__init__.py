"""Texts, numbers, prices and secrets that are known to be valid."""
