"""Frozen values and pure rules: what ports speak. Imports attrs and the standard library."""
