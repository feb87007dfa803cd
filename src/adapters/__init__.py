"""Who stands behind the ports: databases, files, vendors, secrets. Only the container imports from here."""
