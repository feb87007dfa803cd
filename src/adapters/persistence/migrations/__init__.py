"""Migrations, run by `migrating.migrate`; there is no ini file and no command line of alembic's."""
