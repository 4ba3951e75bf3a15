"""What police systems and the Witness Care Unit may say, one class a message."""

from typing import Literal

from pydantic import Field, StrictBool

from services.door.common import COMMON
from services.door.envelope import (
    Data,
    Day,
    Fields,
    Identifier,
    Instant,
    Label,
    Message,
    Organisation,
    Phrase,
    Phrases,
    Subject,
)
from services.door.outcome import HomeOfficeOutcome
from services.door.sentence import CaseConcluded, Hearing, HearingEnded, OffenderSentenced
from shared.words import (
    AppealOutcome,
    Channel,
    ContactScheme,
    Flag,
    Ground,
    HearingKind,
    JourneyStage,
    OffenceGroup,
    Passed,
    RepresentativeKind,
    VictimKind,
)


class Report(Data):
    """Who the victim is, as far as duties depend on it, and what was reported. Never a name."""

    victim_kind: VictimKind
    under_18: StrictBool | None = None
    turns_18_on: Day | None = None
    victim_key: Identifier | None = Field(None, description="A pseudonym for the person.")
    named_contact: StrictBool | Phrase | None = Field(
        None, description="That a business has named a contact (a role, never a name)."
    )
    offence_group: OffenceGroup
    flags: list[Flag] | None = Field(None, max_length=20)
    incident_on: Day | None = None
    flagged_repeat: StrictBool | None = None
    channel: Phrase | None = None


class CrimeReported(Message):
    """A victim, or somebody for them, reported a crime."""

    type: Literal["crime.reported"]
    data: Report


class Record(Data):
    """The force's crime number."""

    crime_number: Identifier | None = None


class CrimeRecorded(Message):
    """The crime was recorded."""

    type: Literal["crime.recorded"]
    data: Record = Record()


class Cancellation(Data):
    """Why a crime record was cancelled."""

    reason: Phrase


class CrimeCancelled(Message):
    """The crime record was cancelled."""

    type: Literal["crime.cancelled"]
    data: Cancellation


class Needs(Data):
    """What a needs assessment found. `since` is the day it was true from, else the event's."""

    enhanced_rights: StrictBool
    grounds: list[Ground] | None = Field(None, max_length=10)
    needs: Phrases | None = None
    since: Day | None = None
    for_: Literal["report", "witness"] | None = Field(None, alias="for")
    reassessment: StrictBool | None = None


class NeedsAssessed(Message):
    """The victim's needs were assessed."""

    type: Literal["needs.assessed"]
    data: Needs


class Representative(Fields):
    """Who speaks for the victim, and their own reference where they have one."""

    kind: RepresentativeKind
    reference: Subject | None = None


class Preferences(Data):
    """How the victim wants to be kept in touch. What is left out stays as it was."""

    update_every_days: int | None = Field(None, ge=1, le=366)
    channels: list[Channel] | None = Field(None, max_length=10)
    language: Phrase | None = None
    interpreter: StrictBool | None = None
    safe_contact: StrictBool | Phrase | None = None
    named_contact: StrictBool | Phrase | None = None
    representative: Representative | None = None


class PreferencesAgreed(Message):
    """It was agreed with the victim how to keep in touch."""

    type: Literal["preferences.agreed"]
    data: Preferences = Preferences()


class Support(Data):
    """Which service, and whether the victim consented."""

    service: Phrase | None = None
    consent: StrictBool | None = None


class SupportReferred(Message):
    """The victim's details were passed to a support service."""

    type: Literal["support.referred"]
    data: Support = Support()


class SupportDeclined(Message):
    """The victim declined to be referred to a support service."""

    type: Literal["support.declined"]
    data: Support = Support()


class SafeguardingReferred(Message):
    """The victim was referred to a safeguarding service."""

    type: Literal["safeguarding.referred"]
    data: Support = Support()


class VictimInterview(Data):
    """Whether the officer was the one who had spoken with the victim before, and why if not."""

    same_officer: StrictBool | None = None
    reason: Phrase | None = None


class VictimInterviewed(Message):
    """The victim was interviewed."""

    type: Literal["victim.interviewed"]
    data: VictimInterview = VictimInterview()


class VictimWithdrawal(Data):
    """Why, and at which stage, the victim withdrew."""

    reason: Phrase | None = None
    stage: JourneyStage | None = None


class VictimWithdrew(Message):
    """The victim withdrew support for the investigation or the prosecution."""

    type: Literal["victim.withdrew"]
    data: VictimWithdrawal = VictimWithdrawal()


class Decision(HomeOfficeOutcome):
    """A decision about the investigation."""

    decision: Literal["investigate", "not_investigate", "closed"]
    reason: Phrase | None = None


class InvestigationDecided(Message):
    """It was decided to investigate, not to, or to close the investigation."""

    type: Literal["investigation.decided"]
    data: Decision


class OutcomeGiven(HomeOfficeOutcome):
    """The Home Office outcome of a crime, and the decision that came with it."""

    decision: Literal["investigate", "not_investigate", "closed"] | None = None
    reason: Phrase | None = None


class OutcomeAssigned(Message):
    """The crime was given its outcome."""

    type: Literal["outcome.assigned"]
    data: OutcomeGiven


class OneSuspect(Data):
    """Something that happened to one suspect."""

    suspect: Label


class SuspectArrested(Message):
    """A suspect was arrested."""

    type: Literal["suspect.arrested"]
    data: OneSuspect


class SuspectInterviewed(Message):
    """A suspect was interviewed under caution, arrested or not."""

    type: Literal["suspect.interviewed"]
    data: OneSuspect


class Release(OneSuspect):
    """How a suspect was released."""

    released: Literal["without_charge", "on_bail", "under_investigation"]
    conditions: Phrases | StrictBool | None = None


class SuspectReleased(Message):
    """A suspect was released from custody."""

    type: Literal["suspect.released"]
    data: Release


class BailChange(OneSuspect):
    """What changed about a suspect's police bail."""

    change: Literal["varied", "cancelled", "extended"]


class BailChanged(Message):
    """Police bail was varied, cancelled or extended."""

    type: Literal["bail.changed"]
    data: BailChange


class Disposal(OneSuspect):
    """A charge or another disposal for one suspect."""

    disposal: Phrase | None = None
    reason: Phrase | None = None


class SuspectCharged(Message):
    """A suspect was charged, or a requisition was sent."""

    type: Literal["suspect.charged"]
    data: Disposal


class DisposalGiven(Message):
    """A caution or another out-of-court disposal was given."""

    type: Literal["disposal.given"]
    data: Disposal


class ProsecutionDeclined(Message):
    """The police decided not to prosecute a suspect."""

    type: Literal["prosecution.declined"]
    data: Disposal


class CaseFile(Data):
    """Where the file went, and what of the victim's was passed with it."""

    to: Phrase | None = None
    passed: list[Passed] | None = Field(None, max_length=10)


class FileSubmitted(Message):
    """The file was sent to the CPS for a charging decision."""

    type: Literal["file.submitted"]
    data: CaseFile = CaseFile()


class Listing(Data):
    """When a hearing is to be; sent again for the same hearing when it moves."""

    hearing: Label
    first: StrictBool | None = None
    kind: HearingKind | None = None
    starts_at: Instant | None = None
    week_commencing: Day | None = None
    vacated: StrictBool | None = None
    reason: Phrase | None = None


class HearingFixed(Message):
    """The court fixed, moved or vacated a hearing."""

    type: Literal["hearing.fixed"]
    data: Listing


class CourtBailDecided(Message):
    """A court granted, refused or changed bail."""

    type: Literal["court_bail.decided"]
    data: Hearing = Hearing()


class WarrantIssued(Message):
    """A court issued a warrant for an arrest."""

    type: Literal["warrant.issued"]
    data: Hearing = Hearing()


class WitnessRequired(Message):
    """The CPS required the victim to give evidence."""

    type: Literal["witness.required"]


class WitnessRefreshed(Message):
    """The victim saw their own statement or recording again before giving evidence."""

    type: Literal["witness.refreshed"]


class Appeal(Data):
    """A step of an appeal."""

    suspect: Label
    outcome: AppealOutcome
    starts_at: Instant | None = None


class AppealChanged(Message):
    """An appeal was lodged, or went a step further."""

    type: Literal["appeal.changed"]
    data: Appeal


class SchemeReferral(Data):
    """Which probation region the victim was referred to, under which scheme."""

    region: Organisation
    scheme: ContactScheme | None = None


class ContactSchemeReferred(Message):
    """The Witness Care Unit referred the victim to the contact scheme."""

    type: Literal["contact_scheme.referred"]
    data: SchemeReferral


class Renumbering(Data):
    """Where the crime went, and the victim's reference from then on; link it too."""

    to_force: Organisation | None = None
    new_reference: Subject | None = None


class CrimeTransferred(Message):
    """The crime was transferred to another force."""

    type: Literal["crime.transferred"]
    data: Renumbering = Renumbering()


class CrimeRenumbered(Message):
    """The crime was given another number."""

    type: Literal["crime.renumbered"]
    data: Renumbering = Renumbering()


class PropertyHeld(Message):
    """The police took property of the victim into their keeping."""

    type: Literal["property.held"]


class PropertyReleased(Message):
    """The victim's property was no longer needed."""

    type: Literal["property.released"]


class PropertyReturned(Message):
    """The victim's property was returned."""

    type: Literal["property.returned"]


MESSAGES: tuple[type[Message], ...] = (
    CrimeReported,
    CrimeRecorded,
    CrimeCancelled,
    NeedsAssessed,
    PreferencesAgreed,
    SupportReferred,
    SupportDeclined,
    SafeguardingReferred,
    VictimInterviewed,
    VictimWithdrew,
    InvestigationDecided,
    OutcomeAssigned,
    SuspectArrested,
    SuspectInterviewed,
    SuspectReleased,
    BailChanged,
    SuspectCharged,
    DisposalGiven,
    ProsecutionDeclined,
    FileSubmitted,
    HearingFixed,
    HearingEnded,
    CourtBailDecided,
    WarrantIssued,
    WitnessRequired,
    WitnessRefreshed,
    CaseConcluded,
    OffenderSentenced,
    AppealChanged,
    ContactSchemeReferred,
    CrimeTransferred,
    CrimeRenumbered,
    PropertyHeld,
    PropertyReleased,
    PropertyReturned,
    *COMMON,
)
