"""Makes the database roles that sign in, with their passwords and their time limits."""

import sqlalchemy as sa
from alembic import op

from shared.settings import RolePasswords


def make_roles(*names: str) -> None:
    """Make each role (`police` is `journey_police`) that is missing; set its password and limits.

    The limits belong to the role in every database: one that is cloned or restored keeps them.
    """
    context = op.get_context()
    given = context.config.attributes.get("passwords") if context.config else None
    passwords: RolePasswords = given or RolePasswords()
    # A password must not reach the server's log. Only a superuser may say so; elsewhere it is
    # only ever a parameter, which servers do not log unless they are told to.
    op.execute(
        """
        DO $$ BEGIN
            SET LOCAL log_statement = 'none';
            SET LOCAL log_min_duration_statement = -1;
            SET LOCAL log_min_error_statement = 'panic';
        EXCEPTION WHEN insufficient_privilege THEN NULL;
        END $$
        """
    )
    for name in names:
        password = getattr(passwords, name).get_secret_value()
        op.get_bind().execute(
            sa.text("SELECT set_config('journey.password', :password, true)"),
            {"password": password},
        )
        op.execute(
            f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'journey_{name}') THEN
                    CREATE ROLE journey_{name};
                END IF;
                EXECUTE format('ALTER ROLE journey_{name} LOGIN PASSWORD %L',
                               current_setting('journey.password'));
                -- Design, section 6: an answer about less than 5 s ago may still change, because
                -- no write takes longer than this.
                ALTER ROLE journey_{name} SET transaction_timeout = '5s';
                ALTER ROLE journey_{name} SET statement_timeout = '5s';
                ALTER ROLE journey_{name} SET lock_timeout = '3s';
            END $$
            """
        )
    op.execute("SELECT set_config('journey.password', '', true)")


def let_in(*names: str) -> None:
    """Let each role connect to this database and see its tables, which it may not use yet."""
    roles = roles_of(*names)
    op.execute(
        f"""
        DO $$ BEGIN
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO {roles}', current_database());
        END $$
        """
    )
    op.execute(f"GRANT USAGE ON SCHEMA public TO {roles}")


def roles_of(*names: str) -> str:
    """Return the roles with these names, as SQL lists them."""
    return ", ".join(f"journey_{name}" for name in names)
