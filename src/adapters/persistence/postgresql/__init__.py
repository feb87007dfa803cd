"""A database for several machines."""
