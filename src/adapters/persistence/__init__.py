"""The database: tables, units of work and snapshots over SQLite and PostgreSQL."""
