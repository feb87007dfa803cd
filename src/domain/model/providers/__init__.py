"""Vendors as they are declared."""
