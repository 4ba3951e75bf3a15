"""A return that names what there is not stops the start, and says file, field and what is wrong."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.figures.metrics import metrics
from gateway.figures.periods import PERIODS, period_of
from gateway.returns.ordered import ORDER_METRIC
from gateway.returns.reading import ReturnError, load_returns
from gateway.review.thresholds import load_thresholds
from shared.problems import BadQuestion
from tests.builders import rulebook

OURS = files("gateway.returns") / "files"


def read() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((OURS / "five_measures.yaml").read_text("utf-8"))
    return content


def spoilt(measure: int, **fields: Any) -> dict[str, Any]:
    content = read()
    content["measures"][measure].update(fields)
    return content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (spoilt(1, rules=["R4.REFR"]), "measures.1.rules: R4.REFR is no rule; did you mean R4.REF"),
        (
            spoilt(1, metric="in-tim"),
            "measures.1.metric: in-tim is no metric; did you mean in-time?",
        ),
        (spoilt(1, metric="recorded"), "measures.1.metric: recorded counts nothing of R4.REFER"),
        (spoilt(1, metric="window-used"), "measures.1.kind: window-used is not of code duties"),
        (spoilt(1, rules=["LOC.FREQ"]), "measures.1.rules: LOC.FREQ is of the kind local"),
        (spoilt(1, owner="probation"), "measures.1.owner: R4.REFER is never owed by probation"),
        (spoilt(1, metric=None), "measures.1: Value error, has a metric without rules"),
        (
            spoilt(6, metric=None, rules=[], unmeasured=[]),
            "measures.6: Value error, has no metric",
        ),
        (spoilt(6, rules=["ORDER.VIEWS-BAIL"]), "measures.6.rules: ORDER.VIEWS-BAIL is no rule of"),
        (spoilt(6, kind="code"), "measures.6.rules: ORDER.RELEASE-DATE is of the kind external"),
        (spoilt(6, owner="police"), "measures.6.owner: does not narrow rules of order"),
        (spoilt(1, id="release-date"), "has release-date twice"),
        (spoilt(1, since=3), "measures.1.since"),
        ({**read(), "version": 2}, "its changes do not tell of every version"),
        ({**read(), "id": "six-measures"}, "id: is six-measures; name the file as the return"),
        ({**read(), "period": "week"}, "period: "),
        ({**read(), "area": "county"}, "area: "),
        ([], "the return: "),
    ],
    ids=[
        "rule",
        "metric",
        "not counted so",
        "no such kind",
        "two kinds",
        "owner",
        "half",
        "no reason",
        "order not counted",
        "order of another kind",
        "order narrowed",
        "twice",
        "misspelt",
        "version",
        "name",
        "period",
        "area",
        "nothing",
    ],
)
def test_a_return_that_cannot_be_trusted_is_refused(
    tmp_path: Path, content: Any, words: str
) -> None:
    (tmp_path / "five_measures.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(ReturnError, match=r"^five_measures\.yaml: ") as refused:
        load_returns(rulebook(), tmp_path)
    assert words in str(refused.value)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "five_measures.yaml").write_text("id: [")
    with pytest.raises(ReturnError, match=r"five_measures\.yaml: is not YAML"):
        load_returns(rulebook(), tmp_path)
    with pytest.raises(ReturnError, match="RETURNS_FOLDER"):
        load_returns(rulebook(), tmp_path / "nowhere")


def test_ours_are_counted_or_say_why_not() -> None:
    ours = load_returns(rulebook())["five-measures"]
    assert {one.number[0] for one in ours.measures} == {"1", "2", "3", "4", "5"}
    for measure in ours.measures:
        assert measure.metric in {*metrics(), ORDER_METRIC.id}
        assert measure.unmeasured, "no measure tells all that it may be taken for"


def test_what_the_document_shows_can_be_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "returns.md").read_text("utf-8")
    shown = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(shown) == 2
    returns, thresholds = tmp_path / "returns", tmp_path / "thresholds"
    for folder, name, content in zip(
        (returns, thresholds), ("two_measures", "any"), shown, strict=True
    ):
        folder.mkdir()
        (folder / f"{name}.yaml").write_text(content)
    assert [*load_returns(rulebook(), returns)] == ["two-measures"]
    assert [*load_thresholds(rulebook(), thresholds)] == ["referral-in-time"]


def test_periods_follow_each_other_whatever_they_are_called() -> None:
    quarter = period_of("quarter", "2024-Q1")
    assert quarter == period_of("quarter", "2023-24 Q4")
    assert (quarter.name, quarter.last_month.isoformat()) == ("2023-24 Q4", "2024-03-01")
    assert period_of("year", "2099-00").name == "2099-00"
    assert period_of("month", "2024-01").before == period_of("month", "2023-12")
    for kind, text in zip(PERIODS, ("2024-03", "2024-Q3", "2024-25"), strict=True):
        period = period_of(kind, text)
        assert period.before.after == period.first
        assert period_of(kind, period.name) == period
    for text in ("2024-Q0", "2024-25", "2024-24 Q1", "Q1", "2024_Q1", "\uff12024-Q1"):
        with pytest.raises(BadQuestion):
            period_of("quarter", text)
