"""The command that makes tokens on this machine, as `make token` runs it."""

from pathlib import Path

import pytest

from shared.access.__main__ import main
from shared.access.development import local_issuer
from shared.access.guard import Access
from shared.problems import NoToken
from shared.settings import AccessSettings
from shared.store import utc_now


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VICTIM_JOURNEY_HOME", str(tmp_path))
    return tmp_path


async def test_it_prints_a_token_that_services_of_this_machine_take(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ["agency_reader", "--organisation", "police/dorset", "--scope", "special_category"]
    assert main(["token", *said]) == 0
    token = capsys.readouterr().out.strip()
    for name, value in local_issuer().environment().items():
        monkeypatch.setenv(name, value)
    access = Access(AccessSettings(), 10, utc_now)
    caller = await access.whose(token)
    assert set(caller.roles) == {"agency_reader"}
    assert set(caller.organisations) == {("police", "dorset")}
    assert caller.sees_special
    assert main(["token", "sender"]) == 0
    assert (await access.whose(capsys.readouterr().out.strip())).sends_for("cps", "wessex")
    assert main(["rotate", "--forget"]) == 0
    with pytest.raises(NoToken):
        await Access(AccessSettings(), 10, utc_now).whose(token)


def test_it_makes_none_beside_a_real_issuer_nor_a_reader_of_nothing(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit):
        main(["token", "agency_reader"])
    assert "--organisation" in capsys.readouterr().err
    monkeypatch.setenv("TOKEN_ISSUER", "https://issuer.example")
    assert main(["token", "inspector"]) == 1
    said = capsys.readouterr()
    assert (said.out, "https://issuer.example" in said.err) == ("", True)


async def test_without_an_issuer_nobody_is_let_in(home: Path) -> None:
    token = local_issuer().token("inspector", organisations=["*"])
    for settings in (AccessSettings(), AccessSettings(token_issuer="x")):
        with pytest.raises(NoToken, match="no issuer is set"):
            await Access(settings, 10, utc_now).whose(token)
