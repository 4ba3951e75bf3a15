"""A metric that cannot be trusted is named with its file and what is wrong with it."""

from importlib.resources import files
from pathlib import Path

import pytest

from gateway.figures.chain_metrics import METRICS, MetricError, load_metrics

OURS = Path(str(files("gateway.figures") / "chained"))


def copied(folder: Path) -> Path:
    for file in OURS.iterdir():
        (folder / file.name).write_text(file.read_text("utf-8"), "utf-8")
    return folder


def test_every_metric_says_what_it_counts_and_what_it_leaves_out() -> None:
    assert load_metrics(OURS) == METRICS
    for metric in METRICS.values():
        assert metric.means.endswith(".")
        assert metric.numerator.words.endswith(".")


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("accounts_disagree.yaml", "version: 1\ntitle", "version: 2\ntitle", "every version"),
        ("accounts_disagree.yaml", "id: accounts-", "id: account-", "name the file as the metric"),
        ("accounts_disagree.yaml", "unit:", "units:", "unit: Field required"),
        ("accounts_disagree.yaml", "id:", "id: [", "is not YAML"),
        ("funnel_contact_scheme.yaml", "funnel-contact-scheme", "funnel-scheme", "name the file"),
    ],
    ids=("version", "name", "field", "yaml", "chain"),
)
def test_a_bad_metric_is_refused(tmp_path: Path, name: str, old: str, new: str, says: str) -> None:
    file = copied(tmp_path) / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(MetricError, match=says) as refused:
        load_metrics(tmp_path)
    assert name in str(refused.value)


def test_every_chain_has_a_metric(tmp_path: Path) -> None:
    (copied(tmp_path) / "funnel_contact_scheme.yaml").unlink()
    with pytest.raises(MetricError, match="funnel-contact-scheme"):
        load_metrics(tmp_path)
