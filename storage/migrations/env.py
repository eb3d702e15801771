"""Alembic's environment: runs the migrations on the connection that ``storage.migrate`` gives."""

from alembic import context

from storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by copying it
    transactional_ddl=True,  # SQLite too: our engine opens its transactions itself
)
with context.begin_transaction():
    context.run_migrations()
