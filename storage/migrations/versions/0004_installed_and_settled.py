"""When an app was installed, and whether all that follows from a saved team was done.

Plain columns, no copy of the table: with foreign keys on, SQLite refuses to drop a table to which
rows of another refer.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "installations", sa.Column("installed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "teams", sa.Column("is_settled", sa.Boolean(), nullable=False, server_default=sa.true())
    )


def downgrade() -> None:
    op.drop_column("teams", "is_settled")
    op.drop_column("installations", "installed_at")
