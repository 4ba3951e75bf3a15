"""The chains: of each the steps in the order in which the Code or a scheme asks for them.

Each says where its steps were read. What no event can show is said too, and never counted.
"""

from gateway.journey.chains.chain import Chain, Shows, Step
from gateway.journey.duty import Test, Where

_ACCEPTED, _DECLINED = frozenset({"accepted"}), frozenset({"declined"})


def _where(**fields: object) -> Where:
    """Return that each field holds this value."""
    return Where((tuple(Test(name, any_of=(value,)) for name, value in fields.items()),))


def _but(**fields: object) -> Where:
    """Return that no field holds this value."""
    return Where((tuple(Test(name, none_of=(value,)) for name, value in fields.items()),))


SUPPORT = ("support", "specialist_support")
STATUTORY = _but(scheme="notification")

SUPPORT_REFERRAL = Chain(
    id="support_referral",
    version=1,
    title="Referral to a support service",
    source="VC2020, Right 4; VC2015 and VC2013, police duties",
    does_not_show=(
        "Whether the service ever reached the victim: support services send nothing. An offer that "
        "is not recorded beside a referral may have been made all the same."
    ),
    kept_by=("police",),
    steps=(
        Step("owed", "a referral was owed", (Shows(owed=("R4.REFER",)),)),
        Step("offered", "support was offered", (Shows(offers=SUPPORT),)),
        Step("accepted", "the offer was accepted", (Shows(offers=SUPPORT, responses=_ACCEPTED),)),
        Step("referred", "the victim was referred", (Shows(facts=("support.referred",)),)),
        Step(
            "declined",
            "the victim declined",
            (
                Shows(facts=("support.declined",)),
                Shows(offers=SUPPORT, responses=_DECLINED),
            ),
            beside=True,
        ),
        Step(
            "not_offered",
            "a reason is recorded why it was not offered",
            (Shows(offers=SUPPORT, withheld=True),),
            beside=True,
        ),
    ),
)

_STATEMENT = ("personal_statement",)
PERSONAL_STATEMENT = Chain(
    id="personal_statement",
    version=1,
    title="The victim's personal statement",
    source="VC2020, Right 7; the Victims' Commissioner's standard on personal statements",
    does_not_show=(
        "Whether the court considered it, and why it decided how it was read: the courts send "
        "nothing. That the victim was told how it was used is a telling about its reading."
    ),
    kept_by=("police", "cps"),
    steps=(
        Step(
            "owed", "an offer was owed", (Shows(owed=("R7.OFFER", "R7.BEREAVED", "R7.BUSINESS")),)
        ),
        Step("offered", "it was offered", (Shows(offers=_STATEMENT),)),
        Step(
            "accepted",
            "the offer was accepted",
            (Shows(offers=_STATEMENT, responses=_ACCEPTED),),
        ),
        Step("made", "it was made", (Shows(facts=("statement.made",)),)),
        Step(
            "arrived",
            "the CPS received it",
            (
                Shows(facts=("statement.received",), where=_where(arrived="statement")),
                Shows(
                    facts=("statement.received",),
                    where=Where(
                        ((Test("arrived", present=False), Test("missing", none_of=("statement",))),)
                    ),
                ),
            ),
        ),
        Step(
            "read",
            "it was read",
            (
                Shows(
                    facts=("statement.read",),
                    where=Where(((Test("wish", none_of=("not_read",)),),)),
                ),
            ),
        ),
        Step(
            "told_of_use",
            "the victim was told how it was used",
            (Shows(news_of="read"),),
        ),
        Step(
            "declined",
            "the victim declined",
            (Shows(offers=_STATEMENT, responses=_DECLINED),),
            beside=True,
        ),
        Step(
            "not_offered",
            "a reason is recorded why it was not offered",
            (Shows(offers=_STATEMENT, withheld=True),),
            beside=True,
        ),
        Step(
            "wish_recorded",
            "the victim's wish is recorded, to have it read or not",
            (
                Shows(
                    facts=("statement.made",),
                    where=Where(((Test("wish", present=True),),)),
                ),
            ),
            beside=True,
        ),
        Step(
            "update_offered",
            "a further statement was offered",
            (Shows(offers=("further_statement",)),),
            beside=True,
        ),
    ),
)


def _review(agency: str, decision: tuple[Shows, ...], window: str, source: str) -> Chain:
    of_ours = _where(scheme=agency)
    unless_others = Where(
        ((Test("scheme", none_of=("unduly_lenient", "cps" if agency == "police" else "police")),),)
    )
    return Chain(
        id=f"right_to_review_{agency}",
        version=2,
        title=f"The right to review a decision of the {'CPS' if agency == 'cps' else agency}",
        source=source,
        does_not_show=(
            "Whether a victim who did not ask would have. A telling that does not say what it "
            "carried tells of the decision and not of the right to a review. Who asked for a "
            "review may have heard of the right from somebody else."
        ),
        kept_by=("police", "cps"),
        by_suspect=True,
        in_turn=True,
        window=(window,),
        window_from="told_of_right",
        steps=(
            Step("decided", "a decision that may be reviewed was made", decision),
            Step("told", "the victim was told of it", (Shows(news_of="decided"),)),
            Step(
                "told_of_right",
                "the victim was told of the right to a review",
                (Shows(news_of="decided", carrying=frozenset({"review_rights"})),),
                beside=True,  # that the victim asked does not show that anybody said so
            ),
            Step(
                "requested",
                "the victim asked for a review",
                (Shows(facts=("review.requested",), where=of_ours),),
            ),
            Step(
                "acknowledged",
                "the request was acknowledged",
                (Shows(facts=("review.acknowledged",), where=unless_others),),
            ),
            Step(
                "reviewed",
                "the review was decided",
                (Shows(facts=("review.decided",), where=unless_others),),
            ),
            Step(
                "told_of_review",
                "the victim was told of the outcome",
                (Shows(news_of="reviewed"),),
            ),
        ),
    )


REVIEW_CPS = _review(
    "cps",
    (
        Shows(facts=("prosecution.declined",), by="cps"),
        Shows(
            facts=("prosecution.stopped",),
            by="cps",
            where=Where(
                (
                    (
                        Test("all_proceedings_end", any_of=(True,)),
                        Test("provisional", none_of=(True,)),
                    ),
                )
            ),
        ),
    ),
    "VRR.CPS-REQ",
    "the CPS's review scheme; VC2020, Right 6",
)
REVIEW_POLICE = _review(
    "police",
    (Shows(facts=("prosecution.declined",), by="police", earlier="suspect.interviewed"),),
    "VRR.POL-REQ",
    "police review schemes: a suspect was interviewed under caution; VC2020, Right 6",
)

_RJ = ("restorative_justice",)
RESTORATIVE_JUSTICE = Chain(
    id="restorative_justice",
    version=1,
    title="Restorative justice",
    source="VC2020, Right 3",
    does_not_show="What was done after the victim accepted: those who provide it send nothing.",
    kept_by=("police",),
    steps=(
        Step("owed", "information on it was owed", (Shows(owed=("R3.RJ",)),)),
        Step(
            "informed",
            "the victim was told of it",
            (Shows(carried="restorative_justice"), Shows(offers=_RJ)),
        ),
        Step("offered", "it was offered", (Shows(offers=_RJ),)),
        Step("accepted", "the offer was accepted", (Shows(offers=_RJ, responses=_ACCEPTED),)),
        Step(
            "declined",
            "the victim declined",
            (Shows(offers=_RJ, responses=_DECLINED),),
            beside=True,
        ),
        Step(
            "not_offered",
            "a reason is recorded why it was not offered",
            (Shows(offers=_RJ, withheld=True),),
            beside=True,
        ),
    ),
)

_SCHEME = ("contact_scheme",)
CONTACT_SCHEME = Chain(
    id="contact_scheme",
    version=1,
    title="The contact scheme",
    source="VC2020, Right 11; VC2015 and VC2013, Victim Contact Scheme",
    does_not_show=(
        "Who is eligible where the sentence does not say whether the offence is a specified one: "
        "such a sentence is not counted. Of the notification scheme nothing is counted."
    ),
    kept_by=("police", "probation"),
    by_suspect=True,
    steps=(
        Step("eligible", "a referral was owed", (Shows(owed=("R11.REF",)),)),
        Step(
            "referred",
            "the Witness Care Unit referred the victim",
            (Shows(facts=("contact_scheme.referred",), where=STATUTORY),),
        ),
        Step(
            "received",
            "probation received the referral",
            (Shows(facts=("contact_scheme.referral_received",), where=STATUTORY),),
        ),
        Step(
            "contacted",
            "probation first reached the victim",
            (Shows(contact_by="probation"),),
        ),
        Step(
            "joined",
            "the victim joined",
            (Shows(facts=("contact_scheme.joined",), where=STATUTORY),),
        ),
        Step(
            "declined",
            "the victim declined",
            (
                Shows(offers=_SCHEME, responses=_DECLINED),
                Shows(opted_out="contact_scheme"),
            ),
            beside=True,
        ),
        Step(
            "left",
            "the victim left the scheme",
            (Shows(facts=("contact_scheme.left",), where=STATUTORY),),
            beside=True,
        ),
    ),
)

_DECISION = "investigation.decided"
_WHETHER = Where(((Test("decision", any_of=("investigate", "not_investigate")),),))
DECISION_TO_INVESTIGATE = Chain(
    id="decision_to_investigate",
    version=1,
    title="The decision to investigate, and how it was told",
    source="VC2020, Right 6; VC2015 and VC2013, police duties: a decision not to investigate",
    does_not_show=(
        "A decision to investigate that a system does not record as such; and the reasons, where a "
        "telling does not say what it carried."
    ),
    kept_by=("police",),
    steps=(
        Step("reported", "the crime was reported", (Shows(facts=("crime.reported",)),)),
        Step(
            "decided",
            "it was decided whether to investigate",
            (Shows(facts=(_DECISION,), where=_WHETHER),),
        ),
        Step("told", "the victim was told of it", (Shows(news_of="decided"),)),
        Step(
            "told_why",
            "the victim was told the reasons",
            (Shows(news_of="decided", carrying=frozenset({"reasons"})),),
        ),
        Step(
            "not_investigated",
            "it was decided not to investigate",
            (Shows(facts=(_DECISION,), where=_where(decision="not_investigate")),),
            beside=True,
        ),
    ),
)

CHAINS: tuple[Chain, ...] = (
    SUPPORT_REFERRAL,
    PERSONAL_STATEMENT,
    REVIEW_CPS,
    REVIEW_POLICE,
    RESTORATIVE_JUSTICE,
    CONTACT_SCHEME,
    DECISION_TO_INVESTIGATE,
)
CHAIN_OF = {chain.id: chain for chain in CHAINS}
