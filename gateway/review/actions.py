"""Keeps what is to be done in an area, and what became of it: words are added and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from shared.access.caller import Party
from shared.problems import NotReady
from shared.store import Store

ChangeKind = Literal["done", "new_due_day", "withdrawn"]
State = Literal["open", "done", "withdrawn"]
# How often a change that met another is tried again.
ATTEMPTS = 5

OPEN = """
INSERT INTO area_action VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING RETURNING action_id
"""
READ = "SELECT * FROM area_action WHERE area = $1 AND action_id = $2"
CHANGES = """
SELECT * FROM area_action_change
WHERE area = $1 AND action_id = ANY ($2::uuid[]) AND ($3::timestamptz IS NULL OR changed_at <= $3)
ORDER BY action_id, number
"""
# Organisations as `agency/organisation`, `agency/*` for all of one, null for everybody's.
LIST = """
SELECT action.* FROM area_action AS action
WHERE area = $1 AND opened_at <= $2
  AND ($3::text[] IS NULL OR agency || '/' || organisation = ANY ($3) OR agency || '/*' = ANY ($3))
  AND ($4::text IS NULL OR $4 = coalesce((
      SELECT change FROM area_action_change AS over
      WHERE over.area = action.area AND over.action_id = action.action_id
        AND change <> 'new_due_day' AND changed_at <= $2
  ), 'open'))
  AND ($5::timestamptz IS NULL OR (opened_at, action_id) < ($5, $6::uuid))
ORDER BY opened_at DESC, action_id DESC LIMIT $7
"""
# The next number, unless the action is over. Two at once take one number, and one of them finds it
# taken.
CHANGE = """
INSERT INTO area_action_change
SELECT area, action_id, 1 + (
    SELECT count(*) FROM area_action_change AS said
    WHERE said.area = $1 AND said.action_id = $2
), $3, $4, $5, $6, $7, $8
FROM area_action WHERE area = $1 AND action_id = $2 AND NOT EXISTS (
    SELECT FROM area_action_change AS over
    WHERE over.area = $1 AND over.action_id = $2 AND change <> 'new_due_day'
)
ON CONFLICT DO NOTHING RETURNING number
"""


class ActionPlace(NamedTuple):
    """Where a page ended: when (UTC) its last action was opened, and its id."""

    opened_at: datetime
    action_id: UUID


@dataclass(frozen=True, slots=True)
class Change:
    """One word on an action: what became of it, when (UTC) and by whom."""

    id: UUID
    at: datetime
    by: str
    change: ChangeKind
    due_on: date | None
    reason: str | None

    @property
    def said(self) -> tuple[object, ...]:
        """What was said, whenever and by whomever."""
        return self.change, self.due_on, self.reason


@dataclass(frozen=True, slots=True)
class Action:
    """Something to be done in an area, as it stood at a moment; moments in UTC, London days.

    `area` is the id of its force. `first_due_on` is the day when it was opened, and `changes` are
    those by that moment, in their order.
    """

    area: str
    id: UUID
    opened_at: datetime
    opened_by: str
    what: str
    owner: Party
    first_due_on: date
    threshold: str | None
    changes: tuple[Change, ...] = ()

    @property
    def place(self) -> ActionPlace:
        """Where a page that ends with it ends."""
        return ActionPlace(self.opened_at, self.id)

    @property
    def said(self) -> tuple[object, ...]:
        """What was said when it was opened, whenever and by whomever."""
        return self.what, self.owner, self.first_due_on, self.threshold

    @property
    def state(self) -> State:
        """How it stands: open until it is done or withdrawn."""
        over = [one.change for one in self.changes if one.change != "new_due_day"]
        return over[0] if over else "open"

    @property
    def due_on(self) -> date:
        """The day by which it is to be done, as it was last said."""
        return [self.first_due_on, *(one.due_on for one in self.changes if one.due_on)][-1]


async def open_action(store: Store, action: Action) -> tuple[Action, bool]:
    """Keep an action, and return what is kept under its id, and whether that is new.

    What was kept before may say something else: that is the caller's to see. Raises NotReady.
    """
    asked = (action.area, action.id, action.opened_at, action.opened_by, action.what)
    more = (*action.owner, action.first_due_on, action.threshold)
    new = bool(await store.ask(OPEN, *asked, *more))
    kept = action if new else await read_opened(store, action.area, action.id)
    if kept is None:
        raise NotReady("The action was neither kept nor found; send it again.")
    return kept, new


async def read_opened(store: Store, area: str, action_id: UUID) -> Action | None:
    """Return an action as it was opened, None where there is none. Raises NotReady."""
    rows = await store.ask(READ, area, action_id)
    return _action(rows[0]) if rows else None


async def read_action(
    store: Store, area: str, action_id: UUID, as_of: datetime | None = None
) -> Action | None:
    """Return an action as it stood at a moment (UTC), None for as it stands. Raises NotReady."""
    opened = await read_opened(store, area, action_id)
    if opened is None or (as_of is not None and opened.opened_at > as_of):
        return None
    return (await _with_changes(store, area, [opened], as_of))[0]


async def read_actions(
    store: Store,
    area: str,
    *,
    as_of: datetime,
    within: frozenset[Party] | None,
    state: State | None = None,
    after: ActionPlace | None = None,
    limit: int,
) -> list[Action]:
    """Return the actions of an area as they stood at a moment (UTC), the newest first.

    `within` are the organisations whose own are asked for, None for everybody's. Raises NotReady.
    """
    owners = None if within is None else ["/".join(party) for party in sorted(within)]
    place: Sequence[Any] = after or (None, None)
    rows = await store.ask(LIST, area, as_of, owners, state, *place, limit)
    return await _with_changes(store, area, [_action(row) for row in rows], as_of)


async def change_action(store: Store, action: Action, change: Change) -> tuple[Change, bool] | None:
    """Keep a word on an action, and return what is kept under its id, and whether that is new.

    None where the action was over before. Raises NotReady.
    """
    asked = (change.at, change.by, change.change, change.due_on, change.reason)
    for _ in range(ATTEMPTS):
        if await store.ask(CHANGE, action.area, action.id, change.id, *asked):
            return change, True
        (now,) = await _with_changes(store, action.area, [action], None)
        for kept in now.changes:
            if kept.id == change.id:
                return kept, False
        if now.state != "open":
            return None
    raise NotReady("Others changed the action at the same time; send it again.")


async def _with_changes(
    store: Store, area: str, actions: Sequence[Action], as_of: datetime | None
) -> list[Action]:
    found: dict[UUID, list[Change]] = {}
    if actions:
        for row in await store.ask(CHANGES, area, [one.id for one in actions], as_of):
            found.setdefault(row["action_id"], []).append(_change(row))
    return [replace(one, changes=tuple(found.get(one.id, ()))) for one in actions]


def _action(row: Any) -> Action:
    return Action(
        area=row["area"],
        id=row["action_id"],
        opened_at=row["opened_at"],
        opened_by=row["opened_by"],
        what=row["what"],
        owner=(row["agency"], row["organisation"]),
        first_due_on=row["due_on"],
        threshold=row["threshold"],
    )


def _change(row: Any) -> Change:
    return Change(
        id=row["change_id"],
        at=row["changed_at"],
        by=row["changed_by"],
        change=row["change"],
        due_on=row["due_on"],
        reason=row["reason"],
    )
