"""Victims of two quarters, as the agencies tell of them: a good one and a bad one."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

Item = dict[str, Any]
FORCE, OTHER, NOWHERE = "avon-and-somerset", "dorset", "british-transport"
GOOD, BAD, RELEASED = date(2024, 1, 8), date(2024, 4, 8), date(2024, 6, 3)


class Victims:
    """Tells of victims one by one, each under a reference of its own."""

    def __init__(self) -> None:
        self.events: list[Item] = []
        self.victims = 0

    def said(self, who: str, day: date, type_: str, subject: str, **data: Any) -> None:
        """Add an event of an organisation, at ten in the morning."""
        self.events.append(
            {
                "specversion": "1.0",
                "id": f"q{len(self.events) + 1}",
                "source": f"/{who}/records",
                "type": type_,
                "subject": subject,
                "time": f"{day.isoformat()}T10:00:00Z",
                "data": data,
            }
        )

    def victim(self, day: date, *, force: str = FORCE, referred: bool = True) -> str:
        """Add a victim who reports on a day, told of it in writing and offered a statement.

        Who was not referred in time was later.
        """
        self.victims += 1
        subject = f"crime:{force}/61{self.victims:04}/V1"
        police, written = f"police/{force}", {"channel": "letter", "reached": True}
        report = {"victim_kind": "person", "offence_group": "other"}
        self.said(police, day, "crime.reported", subject, **report)
        if referred:
            told = {"about": [], "carried": ["crime_details"], **written}
            self.said(police, day + timedelta(1), "victim.told", subject, **told)
            offer = {"offer": "personal_statement", "response": "declined", **written}
            self.said(police, day + timedelta(2), "victim.offered", subject, **offer)
        late = timedelta(1 if referred else 20)
        self.said(police, day + late, "support.referred", subject)
        return subject

    def bail(self, subject: str, day: date, *, told: timedelta | None, stated: bool) -> None:
        """Add a release on bail, and the news of it so long after, None for never."""
        police = f"police/{subject.split(':')[1].split('/')[0]}"
        bail = {"suspect": "S1", "released": "on_bail"}
        self.said(police, day, "suspect.released", subject, **bail)
        if told is not None:
            carried = {"carried": ["conditions"]} if stated else {}
            news: Item = {"about": ["suspect.released"], "channel": "phone", "reached": True}
            self.said(police, day + told, "victim.told", subject, **news, **carried)

    def release(self, subject: str, day: date, *, told: timedelta | None) -> None:
        """Add a release of the offender of a member, told so long after it, None for never."""
        region = "probation/south-west"
        self.said(region, day - timedelta(60), "contact_scheme.joined", subject)
        if told is not None:
            news: Item = {"about": [], "carried": ["release_date"], "reached": True}
            self.said(region, day + told, "victim.told", subject, channel="letter", **news)
        self.said(region, day, "offender.milestone", subject, milestone="release")


def good_and_bad() -> Iterable[Item]:
    """Tell of twelve victims well served, then of twelve badly, and of some elsewhere."""
    victims = Victims()
    for number in range(12):
        subject = victims.victim(GOOD + timedelta(number))
        victims.bail(subject, GOOD + timedelta(number + 7), told=timedelta(1), stated=True)
    for number in range(12):
        subject = victims.victim(BAD + timedelta(number), referred=number < 4)
        late = timedelta(1 if number < 6 else 15)
        victims.bail(subject, BAD + timedelta(number + 7), told=late, stated=number % 2 == 0)
    for number in range(3):
        victims.victim(BAD + timedelta(number), force=OTHER)
    victims.victim(BAD, force=NOWHERE)
    for number, told in enumerate((timedelta(-14), timedelta(-1), timedelta(3), None)):
        subject = f"crime:{FORCE}/61{number + 1:04}/V1"
        victims.release(subject, RELEASED + timedelta(number), told=told)
    return victims.events
