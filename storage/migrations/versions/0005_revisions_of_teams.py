"""Which saving of a team was followed by all that must follow, and who is new in it.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEAMS = sa.table(
    "teams",
    sa.column("id", sa.String()),
    sa.column("is_settled", sa.Boolean()),
    sa.column("unsettled_at", sa.DateTime(timezone=True)),
)
_MEMBERS = sa.table(
    "team_members", sa.column("team", sa.String()), sa.column("is_new", sa.Boolean())
)


def upgrade() -> None:
    op.add_column("teams", sa.Column("unsettled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "teams", sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column(
        "team_members", sa.Column("is_new", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    unsettled = sa.select(_TEAMS.c.id).where(_TEAMS.c.is_settled.is_(False))
    # Who of them was welcomed is not known; the ledger keeps a second welcome back.
    op.execute(_MEMBERS.update().where(_MEMBERS.c.team.in_(unsettled)).values(is_new=True))
    op.execute(
        _TEAMS.update().where(_TEAMS.c.is_settled.is_(False)).values(unsettled_at=sa.func.now())
    )
    op.drop_column("teams", "is_settled")


def downgrade() -> None:
    op.add_column(
        "teams", sa.Column("is_settled", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.execute(
        _TEAMS.update().where(_TEAMS.c.unsettled_at.is_not(None)).values(is_settled=sa.false())
    )
    op.drop_column("team_members", "is_new")
    op.drop_column("teams", "revision")
    op.drop_column("teams", "unsettled_at")
