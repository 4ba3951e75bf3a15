"""A metric that leaves anything unsaid stops the start, and says what is wrong with it."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.figures.metrics import (
    MetricError,
    funnel_metric,
    hold_chains,
    load_metrics,
    metric_of,
    metrics,
)
from gateway.journey.chains.defined import CHAINS
from gateway.journey.duty import Kind

OURS = files("gateway.figures") / "metrics"


def read() -> dict[str, Any]:
    """What the file of one metric of ours says."""
    content: dict[str, Any] = yaml.safe_load((OURS / "in_time.yaml").read_text("utf-8"))
    return content


def without(content: dict[str, Any], name: str) -> None:
    for one in content["exclusions"]:
        one["counts"] = [other for other in one["counts"] if other != name] or ["ended"]


def twice(content: dict[str, Any]) -> None:
    content["exclusions"][0]["counts"].append("late")


def outside(content: dict[str, Any]) -> None:
    content["numerator"]["counts"].append("ended")


def unknown(content: dict[str, Any]) -> None:
    content["numerator"]["counts"].append("kept")


def unexplained(content: dict[str, Any]) -> None:
    content["version"] = 2


def unnamed(content: dict[str, Any]) -> None:
    del content["kinds"]


def unwarned(content: dict[str, Any]) -> None:
    del content["beware"]


def misspelt(content: dict[str, Any]) -> None:
    content["excludes"] = []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda content: without(content, "unknown"), "says nothing of unknown"),
        (twice, "says twice what becomes of late"),
        (outside, "counts ended, which its denominator does not hold"),
        (unknown, "numerator.counts.2"),
        (unexplained, "its changes do not tell of every version"),
        (misspelt, "excludes"),
        (unnamed, "names no kinds of them"),
        (unwarned, "beware: Field required"),
    ],
    ids=["unsaid", "twice", "outside", "unknown", "unexplained", "misspelt", "unnamed", "unwarned"],
)
def test_a_metric_that_cannot_be_trusted_is_refused(tmp_path: Path, spoil: Any, words: str) -> None:
    content = read()
    spoil(content)
    (tmp_path / "in_time.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(MetricError, match=r"in_time\.yaml: ") as refused:
        load_metrics(tmp_path)
    assert words in str(refused.value)


def test_a_file_is_named_as_its_metric_and_is_yaml(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(read()))
    with pytest.raises(MetricError, match="name the file as the metric"):
        load_metrics(tmp_path)
    (tmp_path / "other.yaml").write_text("id: [")
    with pytest.raises(MetricError, match=r"other\.yaml: is not YAML"):
        load_metrics(tmp_path)


def test_every_kind_of_duty_has_a_metric_that_is_of_it() -> None:
    assert all(kind in metric_of(kind).kinds for kind in Kind)
    windows = {one.id for one in metrics().values() if Kind.WINDOW in one.kinds}
    assert windows == {"window-used"}, "what nobody owes is in no figure of what is owed"
    assert metrics()["window-used"].kinds == (Kind.WINDOW,)


def test_every_metric_says_in_words_what_it_counts() -> None:
    for metric in metrics().values():
        parts = [metric.numerator, metric.denominator, *metric.exclusions]
        told = [metric.means, metric.beware, metric.source, *(part.words for part in parts)]
        assert all(words.strip().endswith((".", ")")) for words in told), metric.id


def test_every_chain_has_a_metric_of_its_own_version() -> None:
    found = dict(metrics())
    hold_chains(found)
    one = funnel_metric(CHAINS[0])
    found[one] = found[one].model_copy(update={"version": CHAINS[0].version + 1})
    with pytest.raises(MetricError, match=f"{one} is not of its chain's version"):
        hold_chains(found)
    del found[one]
    with pytest.raises(MetricError, match=f"no file says what {one} counts"):
        hold_chains(found)
