"""What each thing on a timeline is called in plain English."""

from collections.abc import Mapping
from typing import Any

from gateway.journey.duty import Kind
from gateway.journey.obligation import Obligation
from gateway.journey.silences import Silence
from gateway.journey.stages import Span, Stage
from gateway.journey.standing import Standing
from gateway.journey.story import Contact, Fact
from gateway.journey.wording import (
    AGENCIES,
    CHANNELS,
    CONTENTS,
    FACTS,
    FACTS_BY_FIELD,
    NEWS,
    NOTICED_BY,
    OFFERS,
    PASSED,
    RECIPIENTS,
    RESPONSES,
    day_words,
    listed,
    words,
)
from shared.london import london_day, read_day, read_instant

Data = Mapping[str, Any]


def upper_first(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def fact_words(type_: str, data: Data, suspect: str | None, hearing: str | None) -> str:
    """Say what happened, without who told us."""
    own = _OWN_WORDS.get(type_)
    if own is not None:
        return own(data, hearing)
    said = _Said({name: words(str(value)) for name, value in data.items()})
    said["reference"] = str(data.get("reference"))
    said["suspect"] = suspect or "the suspect"
    said["hearing"] = hearing or "not named"
    said["length"], said["of_length"] = _length(data)
    if type_ in FACTS_BY_FIELD:
        field, sentences = FACTS_BY_FIELD[type_]
        template = sentences.get(data.get(field, ""), words(type_))
    else:
        template = FACTS.get(type_, words(type_))
    what = template.format_map(said)
    if data.get("provisional"):
        return f"a decision was made provisionally: {what}"
    return f"{what}, which ended all proceedings" if data.get("all_proceedings_end") else what


class _Said(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "(not stated)"


def _length(data: Data) -> tuple[str, str]:
    months = data.get("sentence_months")
    if data.get("indeterminate") or months is None:
        return "", ""
    unit = "month" if months == 1 else "months"
    return f"{months} {unit}'" if months != 1 else "1 month's", f" of {months} {unit}"


def _needs(data: Data, hearing: str | None) -> str:
    found = "Enhanced Rights" if data.get("enhanced_rights") else "no Enhanced Rights"
    return f"the victim's needs were assessed, and {found} found"


def _preferences(data: Data, hearing: str | None) -> str:
    agreed = []
    if "update_every_days" in data:
        agreed.append(f"news every {data['update_every_days']} days")
    if data.get("channels"):
        agreed.append(listed([CHANNELS.get(name, f"by {name}") for name in data["channels"]]))
    if "representative" in data:
        agreed.append(f"a representative ({words(data['representative']['kind'])})")
    if data.get("named_contact"):
        agreed.append("a named contact")
    how = f": {', '.join(agreed)}" if agreed else ""
    return f"how to keep in touch was agreed with the victim{how}"


def _outcome(data: Data, hearing: str | None) -> str:
    which = f"Home Office outcome {data['outcome']}" if "outcome" in data else "its outcome"
    closed = ", and the investigation was closed" if data.get("decision") == "closed" else ""
    return f"the crime was given {which}{closed}"


def _listing(data: Data, hearing: str | None) -> str:
    name = f"hearing {hearing}" + (
        f" ({words(data['kind']).replace('pre trial', 'pre-trial')})" if "kind" in data else ""
    )
    if data.get("vacated"):
        return f"{name} was vacated"
    if "starts_at" in data:
        return f"{name} was fixed for {day_words(london_day(read_instant(data['starts_at'])))}"
    if "week_commencing" in data:
        return f"{name} was fixed for the week of {day_words(read_day(data['week_commencing']))}"
    return f"{name} was fixed"


def _declined(data: Data, hearing: str | None) -> str:
    return f"the victim declined {_scope(data)}"


def _resumed(data: Data, hearing: str | None) -> str:
    return f"the victim asked again for {_scope(data)}"


def _scope(data: Data) -> str:
    scope = data.get("scope", "all")
    if isinstance(scope, str):
        return {"all": "all contact", "contact_scheme": "the contact scheme"}.get(scope, scope)
    return f"news of {listed([NEWS.get(type_, words(type_)) for type_ in scope])}"


def _withdrew(data: Data, hearing: str | None) -> str:
    stage = f" (stage: {words(data['stage'])})" if "stage" in data else ""
    return f"the victim withdrew support for the case{stage}"


def _transferred(data: Data, hearing: str | None) -> str:
    force = data.get("to_force", "another force")
    return f"the crime was transferred to {force}{_new_reference(data)}"


def _renumbered(data: Data, hearing: str | None) -> str:
    return f"the crime was given another number{_new_reference(data)}"


def _new_reference(data: Data) -> str:
    return f"; its new reference is {data['new_reference']}" if "new_reference" in data else ""


def _needs_received(data: Data, hearing: str | None) -> str:
    return f"the victim's needs reached the CPS{_arrival(data)}"


def _statement_received(data: Data, hearing: str | None) -> str:
    return f"the personal statement reached the CPS{_arrival(data)}"


def _arrival(data: Data) -> str:
    said = [
        f"{listed([PASSED[item] for item in data[field]])} {what}"
        for field, what in (("arrived", "arrived"), ("missing", "did not"))
        if data.get(field)
    ]
    return f": {', '.join(said)}" if said else ""


def _measures_applied(data: Data, hearing: str | None) -> str:
    return f"special measures were applied for{_measures(data)}"


def _measures_decided(data: Data, hearing: str | None) -> str:
    outcome = f", {words(data['outcome'])}" if "outcome" in data else ""
    return f"special measures were decided on{_measures(data)}{outcome}"


def _measures(data: Data) -> str:
    measures = listed([words(measure) for measure in data.get("measures", ())])
    return f": {measures}" if measures else ""


def _complaint_received(data: Data, hearing: str | None) -> str:
    right = f" about Right {data['right']}" if "right" in data else ""
    return f"a complaint{right} was received"


def _complaint_acknowledged(data: Data, hearing: str | None) -> str:
    by = data.get("reply_expected_on")
    promise = f", and a reply promised by {day_words(read_day(by))}" if by else ""
    return f"the complaint was acknowledged{promise}"


def _complaint_redirected(data: Data, hearing: str | None) -> str:
    return f"the complaint was passed on to {_body(data)}"


def _body(data: Data) -> str:
    to = data.get("to")
    return AGENCIES.get(to, words(to)) if to else "another body"


def _feedback(data: Data, hearing: str | None) -> str:
    said = f"the victim gave feedback (stage: {words(data.get('stage', 'not stated'))})"
    if "score" in data:
        said += f", {data['score']:g}" + (f" of {data['scale']}" if "scale" in data else "")
    for answer, whether in (("yes", "was done"), ("no", "was not done")):
        duties = [duty for duty, says in data.get("says_done", {}).items() if says == answer]
        if duties:
            said += f", and says that {listed(duties)} {whether}"
    return said


def _handover(data: Data, hearing: str | None) -> str:
    passed = listed([PASSED[item] for item in data.get("passed", ())])
    return f"the case was handed over to {_body(data)}" + (f", with {passed}" if passed else "")


def _handover_acknowledged(data: Data, hearing: str | None) -> str:
    return f"{_body(data)} acknowledged the handover of the case"


def _departure(data: Data, hearing: str | None) -> str:
    why = f": {words(data['reason'])}" if "reason" in data else ""
    by = f" (decided by: {words(data['decided_by'])})" if "decided_by" in data else ""
    return f"a good reason for departing from {_duty(data)} was recorded{why}{by}"


def _breach_noticed(data: Data, hearing: str | None) -> str:
    by = f" by {NOTICED_BY[data['by']]}" if "by" in data else ""
    return f"a breach of {_duty(data)} was noticed{by}"


def _breach_told(data: Data, hearing: str | None) -> str:
    return f"the victim was told of the breach of {_duty(data)}"


def _breach_remedied(data: Data, hearing: str | None) -> str:
    return f"the breach of {_duty(data)} was put right"


def _duty(data: Data) -> str:
    return str(data.get("duty", "a duty"))


def _told(data: Data, hearing: str | None) -> str:
    about = listed([NEWS.get(type_, words(type_)) for type_ in data.get("about", ())])
    return f"the victim was told about {about}" if about else "the victim was given news"


_OWN_WORDS = {
    "victim.told": _told,
    "contact.declined": _declined,
    "contact.resumed": _resumed,
    "needs.assessed": _needs,
    "preferences.agreed": _preferences,
    "outcome.assigned": _outcome,
    "hearing.fixed": _listing,
    "victim.withdrew": _withdrew,
    "crime.transferred": _transferred,
    "crime.renumbered": _renumbered,
    "needs.received": _needs_received,
    "statement.received": _statement_received,
    "special_measures.applied": _measures_applied,
    "special_measures.decided": _measures_decided,
    "complaint.received": _complaint_received,
    "complaint.acknowledged": _complaint_acknowledged,
    "complaint.redirected": _complaint_redirected,
    "feedback.received": _feedback,
    "handover.sent": _handover,
    "handover.acknowledged": _handover_acknowledged,
    "departure.justified": _departure,
    "breach.noticed": _breach_noticed,
    "breach.victim_told": _breach_told,
    "breach.remedied": _breach_remedied,
}


def say_fact(fact: Fact) -> str:
    """Say a fact as a sentence, with the agencies that told of it."""
    tellers = listed([AGENCIES[agency] for agency in dict.fromkeys(e.agency for e in fact.sources)])
    what = fact_words(fact.type, fact.data, fact.suspect, fact.hearing)
    return f"{upper_first(what)} (told by {tellers})."


def say_contact(contact: Contact, whom: str, why_not: str | None, short_of: list[str]) -> str:
    """Say a telling, an offer or an attempt as a sentence.

    `whom` names the victim; `why_not` says why nobody entitled was told, `short_of` for each duty
    that it came close to answering why it did not.
    """
    data, who = contact.event.data, upper_first(AGENCIES[contact.event.agency])
    if contact.recipient != "victim":
        whom = RECIPIENTS[contact.recipient]
    if contact.event.type == "victim.offered":
        said = _offer(data, who, whom, contact.reached)
    else:
        said = _news(contact, data, who, whom)
    if contact.reached:
        if why_not is not None:
            said += f"; it did not count, because {why_not}"
        elif short_of:
            said += f"; {listed(short_of)}"
    return f"{said}."


def _offer(data: Data, who: str, whom: str, reached: bool) -> str:
    offer = OFFERS.get(data["offer"], "a service that is not named here")
    if "not_offered" in data:
        return f"{who} did not offer {whom} {offer}: {data['not_offered']}"
    if not reached:
        return f"{who} tried to offer {whom} {offer}"
    response = RESPONSES.get(data.get("response", ""))
    return f"{who} offered {whom} {offer}" + (f" ({response})" if response else "")


def _news(contact: Contact, data: Data, who: str, whom: str) -> str:
    how = CHANNELS.get(contact.channel or "other", f"by {contact.channel}")
    about = listed([NEWS.get(type_, words(type_)) for type_ in contact.about])
    topic = f" about {about}" if about else ""
    if data.get("reached") == "returned":
        return f"What {who[:1].lower()}{who[1:]} wrote to {whom}{topic} {how} came back"
    if not contact.reached:
        return f"{who} tried to reach {whom} {how}{topic}"
    carried = listed([CONTENTS[item] for item in data.get("carried", ())])
    if about:
        return f"{who} told {whom} {how}{topic}" + (f", with {carried}" if carried else "")
    return f"{who} gave {whom} an update {how}" + (f" on {carried}" if carried else "")


def say_limit(obligation: Obligation) -> str:
    """Say that a limit was reached, and how the obligation stood when it was."""
    what = _duty_words(obligation)
    met = obligation.standing is Standing.MET
    if obligation.duty.kind is Kind.WINDOW:
        used = "it had been used" if met else "it had not been used by then"
        return f"{_whose(obligation)} time ended ({what}): {used}."
    how = "it had been met in time" if met else "nothing that counts had been recorded"
    where = LIMITS[obligation.duty.kind].format(right=obligation.duty.right)
    return f"{_whose(obligation)} limit {where} ({what}) was reached: {how}."


def _whose(obligation: Obligation) -> str:
    owner = upper_first(AGENCIES[obligation.owner])
    return f"{owner}'" if owner.endswith("s") else f"{owner}'s"


def say_breach(obligation: Obligation) -> str:
    """Say how a limit was broken, as it stands, and what came closest to keeping it."""
    duty, answer = obligation.duty, obligation.answer
    by = AGENCIES[obligation.owner]
    what = f"Breach of Right {duty.right} by {by}, {duty.id} ({_duty_words(obligation)})"
    near = [n for n in obligation.came_close if obligation.due_at and n.at < obligation.due_at]
    closest = ""
    if near:
        last = near[-1]
        closest = (
            f" What came closest, on {day_words(london_day(last.at))}, did not count: {last.why}."
        )
    end = (
        "Nothing that counts has been recorded since."
        if answer is None
        else f"It was met late, on {day_words(answer.day)}."
    )
    departure = obligation.marks.departure
    if departure is not None:
        end += f" A good reason was recorded: {words(departure.data['reason'])}."
    return f"{what}: {obligation.allowed} passed.{closest} {end}"


def _duty_words(obligation: Obligation) -> str:
    title, suspect = obligation.duty.title, obligation.start.suspect
    return f"{title[:1].lower()}{title[1:]}" + (f"; {suspect}" if suspect else "")


LIMITS = {
    Kind.CODE: "under Right {right}",
    Kind.SCHEME: "under the review scheme",
    Kind.EXTERNAL: "under rules outside the Code",
    Kind.LOCAL: "of local practice",
}
STAGE_WORDS = {
    Stage.REPORTED: "reported",
    Stage.INVESTIGATION: "investigation",
    Stage.CHARGING_DECISION: "charging decision",
    Stage.BEFORE_TRIAL: "before trial",
    Stage.TRIAL: "trial",
    Stage.OUTCOME_AND_SENTENCE: "outcome and sentence",
    Stage.APPEAL: "appeal",
    Stage.AFTER_SENTENCE: "after sentence",
}
DURING = {
    Stage.REPORTED: "after the report",
    Stage.INVESTIGATION: "during the investigation",
    Stage.CHARGING_DECISION: "during the charging decision",
    Stage.BEFORE_TRIAL: "before trial",
    Stage.TRIAL: "during the trial",
    Stage.OUTCOME_AND_SENTENCE: "between the outcome and the sentence",
    Stage.APPEAL: "during the appeal",
    Stage.AFTER_SENTENCE: "after the sentence",
}


def say_stage(span: Span) -> str:
    """Say that a journey entered a stage, and who holds the case in it."""
    held = AGENCIES[span.holder] + (f" ({span.organisation})" if span.organisation else "")
    return f"Stage: {STAGE_WORDS[span.stage]}. The case is held by {held}."


def say_gap(silence: Silence) -> str:
    """Say how long a silence was that was too long, where it fell and what had been promised."""
    promise = (
        f"news every {silence.allowed_days} days had been agreed"
        if silence.agreed
        else f"the local standard is {silence.allowed_days} days"
    )
    since, until = day_words(london_day(silence.since)), day_words(london_day(silence.until))
    end = f"and nobody had spoken by {until}" if silence.still else f"until {until}"
    where = listed(
        list(
            dict.fromkeys(
                f"{DURING[part.span.stage]} ({AGENCIES[part.span.holder]})"
                for part in silence.parts
            )
        )
    )
    return f"Gap: {silence.days} days without news, from {since} {end}, {where}; {promise}."
