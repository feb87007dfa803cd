"""Runs the migrations on the connection that `migrating.migrate` hands over, in its transaction."""

from alembic import context

from modeldesk.adapters.persistence.columns import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
