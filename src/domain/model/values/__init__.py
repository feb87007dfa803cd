"""Validated texts, numbers, prices and secrets."""
