"""Metadata of models from other sources than the vendors' lists."""
