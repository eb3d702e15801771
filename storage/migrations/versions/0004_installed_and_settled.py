"""When an app was installed, and whether all that follows from a saved team was done.

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
    with op.batch_alter_table("teams") as teams:
        teams.add_column(
            sa.Column("is_settled", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("teams") as teams:
        teams.alter_column("is_settled", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("teams") as teams:
        teams.drop_column("is_settled")
    op.drop_column("installations", "installed_at")
