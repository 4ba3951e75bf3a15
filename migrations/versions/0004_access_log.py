"""The access log, erasing, and what each role may do to each column and row of every table."""

import sqlalchemy as sa
from alembic import op

from migrations.roles import let_in, make_roles, roles_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AGENCIES = ("police", "cps", "probation")
SAID_BY_AGENCIES = ("reference_link", "victim_key")
ERASED_FROM = ("event", "event_identity", "victim_key")
WRITERS = (*AGENCIES, "gateway", "retention", "data_protection")
VERBS = (
    "verb IN ('collection', 'alteration', 'consultation', 'disclosure', 'combination', 'erasure')"
)
# All but `service`, which the database itself writes.
SAID = "access_id, at, who, role, organisation, verb, what, journey, victims, recipient, request"
# What an agency needs to raise a version and to tell a receipt, and what it says of a new one.
RAISED_BY = "reference_id, reference, version"
# What erasing finds an event and its corrections by.
ERASED_BY = "reference_id, event_id, source, source_event_id, type, data"
MADE_OF = "reference_id, reference, scheme, first_received_at, version"


def upgrade() -> None:
    """Add the two roles and the log, say whose each link and key is, and set what each may do."""
    make_roles("retention", "data_protection")
    let_in("retention", "data_protection")
    _log_access()
    for table in SAID_BY_AGENCIES:
        _say_whose(table)
    _hold_agencies_to_their_own()
    _let_retention_erase()


def downgrade() -> None:
    """Take it all back, which is refused where anything was erased: that cannot be undone."""
    op.alter_column("event", "data", nullable=False)
    op.drop_table("access_log")
    for table in ERASED_FROM:
        op.execute(f"DROP POLICY retention_erases ON {table}")
    for table in SAID_BY_AGENCIES:
        op.execute(f"DROP POLICY gateway_reads ON {table}")
        for agency in AGENCIES:
            op.execute(f"DROP POLICY {agency}_inserts ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.drop_column(table, "agency")
    for agency in AGENCIES:
        op.execute(
            f"ALTER POLICY {agency}_inserts ON event "
            f"WITH CHECK (agency = '{agency}' AND starts_with(source, '/{agency}/'))"
        )
    agencies = roles_of(*AGENCIES)
    op.execute(f"REVOKE SELECT ({RAISED_BY}), INSERT ({MADE_OF}) ON reference FROM {agencies}")  # noqa: S608
    op.execute(f"GRANT SELECT, INSERT ON reference TO {agencies}")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM journey_retention")


def _log_access() -> None:
    op.create_table(
        "access_log",
        sa.Column("access_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service", sa.Text(), server_default=sa.text("CURRENT_USER"), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("journey", sa.Uuid()),
        sa.Column("victims", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text()),
        sa.Column("request", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("access_id", name="access_log_pkey"),
        sa.CheckConstraint(VERBS, name=op.f("access_log_known_verb")),
        sa.CheckConstraint("victims >= 0", name=op.f("access_log_counts_victims")),
    )
    op.create_index(
        "access_log_journey",
        "access_log",
        ["journey", "access_id"],
        postgresql_where=sa.text("journey IS NOT NULL"),
    )
    op.create_index("access_log_organisation", "access_log", ["organisation", "access_id"])
    op.create_index("access_log_who", "access_log", ["who", "access_id"])
    op.execute("REVOKE ALL ON access_log FROM PUBLIC")
    op.execute(f"GRANT INSERT ({SAID}) ON access_log TO {roles_of(*WRITERS)}")
    op.execute("GRANT SELECT ON access_log TO journey_data_protection")


def _say_whose(table: str) -> None:
    """Add the agency that said each row; those there are get theirs from their event."""
    op.add_column(table, sa.Column("agency", sa.Text()))
    of_subject = "event.reference_id = row.reference_id"
    if table == "reference_link":
        of_subject = "event.reference_id IN (row.reference_id, row.other_id)"
    op.execute(
        f"UPDATE {table} AS row SET agency = event.agency FROM event "  # noqa: S608
        f"WHERE event.event_id = row.event_id AND {of_subject}"
    )
    op.alter_column(table, "agency", nullable=False)


def _hold_agencies_to_their_own() -> None:
    """Let an agency write its own rows, and of a reference nothing but what publishing needs."""
    for table in SAID_BY_AGENCIES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY gateway_reads ON {table} FOR SELECT TO journey_gateway USING (true)"
        )
    for agency in AGENCIES:
        # A column held to a constant: the cheapest that a row can be asked.
        for table in SAID_BY_AGENCIES:
            op.execute(
                f"CREATE POLICY {agency}_inserts ON {table} FOR INSERT TO journey_{agency} "
                f"WITH CHECK (agency = '{agency}')"
            )
        # An event without data is an erased one, and only retention may erase.
        op.execute(
            f"ALTER POLICY {agency}_inserts ON event WITH CHECK "
            f"(agency = '{agency}' AND starts_with(source, '/{agency}/') AND data IS NOT NULL)"
        )
    agencies = roles_of(*AGENCIES)
    op.execute(f"REVOKE SELECT, INSERT ON reference FROM {agencies}")
    op.execute(f"GRANT SELECT ({RAISED_BY}), INSERT ({MADE_OF}) ON reference TO {agencies}")


def _let_retention_erase() -> None:
    """Let retention take the content of an event away, for good; its identity stays."""
    op.alter_column("event", "data", nullable=True)
    may = {
        "event": f"SELECT ({ERASED_BY}), UPDATE (data)",
        "event_identity": "SELECT (source, source_event_id, reference_id, event_id)",
        "reference": "SELECT (reference_id, version), UPDATE (version)",
        "victim_key": "SELECT (victim_key, reference_id, event_id), DELETE",
        "erasure": "INSERT",
    }
    for table, verbs in may.items():
        op.execute(f"GRANT {verbs} ON {table} TO journey_retention")
    for table in ERASED_FROM:
        # Nothing may ever take the place of what was said.
        check = " WITH CHECK (data IS NULL)" if table == "event" else ""
        op.execute(
            f"CREATE POLICY retention_erases ON {table} TO journey_retention USING (true){check}"
        )
