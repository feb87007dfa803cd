"""Implementations of the ports: databases, files, vendors, secrets. Only the container imports them."""
