"""Find the schedules of a team without reading everybody's.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    with op.batch_alter_table("schedules") as schedules:
        schedules.create_index("ix_schedules_subject_kind", ["subject", "kind"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("schedules") as schedules:
        schedules.drop_index("ix_schedules_subject_kind")
