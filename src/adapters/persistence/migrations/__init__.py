"""Migrations, run by `operations.upgrade`; there is no ini file and no command line of alembic's."""
