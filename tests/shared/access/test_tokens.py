"""A token is taken where the issuer signed it for us and it is good now, and nowhere else."""

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk, jwt
from joserfc.errors import SecurityWarning

from shared.access import keys as keys_module
from shared.access.caller import EVERY, BadClaims, Caller, caller_of, view_of
from shared.access.development import AUDIENCE, ISSUER, DevelopmentIssuer, RealIssuer
from shared.access.keys import CannotFetch, Keys, fetcher
from shared.access.pace import Pace
from shared.access.tokens import Tokens
from shared.problems import NoKeys, NoToken, TooOften
from shared.settings import AccessSettings
from tests.client.fake_door import Says, answering
from tests.doors import SetClock

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def issuer(tmp_path: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer(tmp_path / "issuer")


@pytest.fixture
def tokens(issuer: DevelopmentIssuer, clock: SetClock) -> Tokens:
    return Tokens(ISSUER, AUDIENCE, Keys(fetcher(str(issuer.keys_file)), clock), clock)


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token says; a change to None leaves a claim out."""
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "niche-of-dorset",
        "exp": NOW.timestamp() + 600,
        "roles": ["sender"],
        "organisations": ["police/dorset"],
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def part(content: object) -> str:
    """One part of a token, as it is written."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


async def refusal(tokens: Tokens, token: str) -> str:
    with pytest.raises(NoToken) as refused:
        await tokens.caller(token)
    assert refused.value.headers["WWW-Authenticate"].startswith('Bearer realm="victim-journey"')
    (fault,) = refused.value.faults
    assert fault.remedy
    return fault.wrong


async def test_a_good_token_tells_who_asks(issuer: DevelopmentIssuer, tokens: Tokens) -> None:
    said = claims(
        aud=["another", AUDIENCE],
        roles=["sender", "inspector", "somebody-else-s-role"],
        organisations=["police/dorset", "cps/*", "*"],
        areas=["E23000039"],
        scope="openid special_category",
    )
    for typ in ("at+jwt", "application/at+jwt", "JWT"):
        assert await tokens.caller(issuer.signed(said, typ=typ)) == Caller(
            subject="niche-of-dorset",
            roles=frozenset({"sender", "inspector"}),
            organisations=frozenset({("police", "dorset"), ("cps", EVERY), (EVERY, EVERY)}),
            areas=frozenset({"E23000039"}),
            scopes=frozenset({"openid", "special_category"}),
        )


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"iss": "https://issuer.example"}, "is not for this service, or not yet"),
        ({"iss": None}, "is not for this service, or not yet"),
        ({"iss": [ISSUER]}, "is not for this service, or not yet"),
        ({"aud": "another"}, "is not for this service, or not yet"),
        ({"aud": None}, "is not for this service, or not yet"),
        ({"aud": {AUDIENCE: 1}}, "is not for this service, or not yet"),
        ({"exp": NOW.timestamp() - 31}, "has expired"),
        ({"exp": None}, "is not for this service, or not yet"),
        ({"exp": "never"}, "is not for this service, or not yet"),
        ({"exp": float("nan")}, "is not for this service, or not yet"),
        ({"exp": True}, "is not for this service, or not yet"),
        ({"nbf": NOW.timestamp() + 31}, "is not for this service, or not yet"),
        ({"iat": NOW.timestamp() + 31}, "is not for this service, or not yet"),
        ({"sub": None}, "cannot be read: sub names nobody"),
        ({"sub": "x" * 201}, "cannot be read: sub names nobody"),
        ({"roles": "sender"}, "cannot be read: roles is not a list"),
        ({"roles": [["sender"]]}, "cannot be read: roles is not a list of names"),
        ({"organisations": ["dorset"]}, "cannot be read: organisations are written agency/organ"),
        ({"organisations": {"police/dorset": 1}}, "cannot be read: organisations is not a list"),
        ({"scope": ["special_category"]}, "cannot be read: scope is not text"),
    ],
)
async def test_what_it_says_must_be_for_us_and_now(
    issuer: DevelopmentIssuer, tokens: Tokens, changes: dict[str, Any], wrong: str
) -> None:
    assert (await refusal(tokens, issuer.signed(claims(**changes)))).startswith(wrong)


async def test_clocks_may_differ_by_half_a_minute(
    issuer: DevelopmentIssuer, tokens: Tokens
) -> None:
    now = NOW.timestamp()
    for changes in ({"exp": now - 29}, {"nbf": now + 29}, {"iat": now + 29}):
        assert await tokens.caller(issuer.signed(claims(**changes)))


async def test_nothing_but_the_issuer_s_own_signature_counts(
    issuer: DevelopmentIssuer, tokens: Tokens
) -> None:
    good = issuer.signed(claims())
    head, body, signature = good.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    public = json.loads(issuer.keys_file.read_text())["keys"][0]
    other = jwk.ECKey.generate_key("P-256")
    rsa = jwk.RSAKey.generate_key(2048)
    as_secret = jwk.OctKey.import_key(json.dumps(public))
    hs256 = {"alg": "HS256", "kid": public["kid"]}
    forged = [
        f"{head}.{part(claims(roles=['inspector'], organisations=['*']))}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}.",
        *(
            f"{part({**header, 'alg': none})}.{body}.{rest}"
            for none in ("none", "None", "nOnE", "", None, 0)
            for rest in ("", signature)
        ),
        # The public key as the secret of a symmetric algorithm.
        jwt.encode(hs256, claims(), as_secret, algorithms=["HS256"]),
        # Somebody else's key under the issuer's name for its own, or brought along.
        jwt.encode({"alg": "ES256", "kid": public["kid"]}, claims(), other),
        jwt.encode({"alg": "RS256", "kid": public["kid"]}, claims(), rsa),
        jwt.encode({**header, "jwk": other.as_dict(private=False)}, claims(), other),
        jwt.encode({"alg": "ES256", "kid": public["kid"], "jku": "http://x"}, claims(), other),
    ]
    for token in forged:
        assert await refusal(tokens, token) in (
            "is not what the issuer signed",
            "is signed with no key of the issuer",
        ), token
    assert await tokens.caller(good)


async def test_what_is_no_access_token_is_none(issuer: DevelopmentIssuer, tokens: Tokens) -> None:
    good = issuer.signed(claims())
    head, body, signature = good.split(".")
    for token in (
        "x",
        "..",
        "a.b.c",
        f"{head}.{body}",
        f"{good}.x",
        f"{good}.x.y",  # five parts: an encrypted one
        f"{part(['alg'])}.{body}.{signature}",
        f"{'[' * 20_000}.{body}.{signature}",
        "\xff.\x00.\xe9",
        issuer.signed(claims(), typ="logout+jwt"),
        issuer.signed(claims(), typ="id+jwt"),
    ):
        assert await refusal(tokens, token) == "is no access token"
    crit = issuer.signed(claims()).split(".")
    header = {**json.loads(base64.urlsafe_b64decode(crit[0] + "==")), "crit": ["exp"]}
    assert await refusal(tokens, ".".join([part(header), *crit[1:]])) == (
        "is not what the issuer signed"
    )
    for name in (None, 7, ["x"], "unknown"):
        unknown = f"{part({'alg': 'ES256', 'kid': name})}.{body}.{signature}"
        assert await refusal(tokens, unknown) == "is signed with no key of the issuer"
    assert await refusal(tokens, "x" * 50_000) == "is too long"


async def test_a_token_that_was_good_is_refused_once_it_is_not(
    issuer: DevelopmentIssuer, tokens: Tokens, clock: SetClock
) -> None:
    token = issuer.signed(claims())
    assert await tokens.caller(token) is await tokens.caller(token), "it is remembered"
    assert token not in repr(vars(tokens))
    assert sha256(token.encode()).digest() in tokens._known
    clock.now += timedelta(seconds=631)
    assert await refusal(tokens, token) == "has expired"


async def test_keys_are_rotated_without_a_refusal_and_old_ones_end(
    issuer: DevelopmentIssuer, tokens: Tokens, clock: SetClock
) -> None:
    exp = NOW.timestamp() + 7200
    old = issuer.signed(claims(exp=exp))
    assert await tokens.caller(old)
    clock.now += timedelta(seconds=11)
    issuer.rotate()
    new = issuer.signed(claims(exp=exp))
    assert await tokens.caller(new), "a key that nobody knows is asked for"
    assert await tokens.caller(old), "its predecessor is still told"
    issuer.rotate(forget=True)
    clock.now += timedelta(minutes=11)
    await tokens.caller(old)  # in the background the keys are fetched
    await wait_until(lambda: tokens._keys.turn == 3)
    for token in (old, new):
        assert await refusal(tokens, token) == "is signed with no key of the issuer"
    assert await tokens.caller(issuer.signed(claims(exp=exp)))


async def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never held")


async def test_unknown_keys_have_the_issuer_asked_only_now_and_then(
    issuer: DevelopmentIssuer, clock: SetClock
) -> None:
    asked = []

    async def fetch() -> bytes:
        asked.append(clock.now)
        return issuer.keys_file.read_bytes()

    tokens = Tokens(ISSUER, AUDIENCE, Keys(fetch, clock), clock)
    body = issuer.signed(claims()).partition(".")[2]
    flood = [f"{part({'alg': 'ES256', 'kid': f'k{n}'})}.{body}" for n in range(50)]
    await asyncio.gather(*(refusal(tokens, token) for token in flood))
    assert len(asked) == 1
    clock.now += timedelta(seconds=10)
    await asyncio.gather(*(refusal(tokens, token) for token in flood))
    assert len(asked) == 2


async def test_an_issuer_that_stumbles_is_asked_again_and_one_that_is_gone_is_outlived(
    issuer: DevelopmentIssuer, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "AGAIN", (0.0, 0.0))
    good = Says(200, issuer.keys_file.read_bytes())
    exp = NOW.timestamp() + 7200
    with answering([Says(503), Says(200, b"<html>"), good, Says(500)]) as server:
        tokens = Tokens(ISSUER, AUDIENCE, Keys(fetcher(server.url), clock), clock)
        with pytest.raises(NoKeys) as refused:
            await tokens.caller(issuer.signed(claims(exp=exp)))
        assert refused.value.headers == {"Retry-After": "10"}
        clock.now += timedelta(seconds=10)
        assert await tokens.caller(issuer.signed(claims(exp=exp)))
        clock.now += timedelta(minutes=59)
        assert await tokens.caller(issuer.signed(claims(exp=exp))), "the known keys go on"
        clock.now += timedelta(minutes=2)
        with pytest.raises(NoKeys):
            await tokens.caller(issuer.signed(claims(exp=exp)))


async def test_rsa_keys_sign_too_unless_they_are_weak_and_a_bad_key_spoils_no_other(
    clock: SetClock,
) -> None:
    good = jwk.RSAKey.generate_key(2048, {"kid": "good"})
    with pytest.warns(SecurityWarning):
        weak = jwk.RSAKey.generate_key(1024, {"kid": "weak"})
    spoilt = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "spoilt"}
    told = json.dumps({"keys": [spoilt, *(k.as_dict(private=False) for k in (weak, good))]})

    async def fetch() -> bytes:
        return told.encode()

    tokens = Tokens(ISSUER, AUDIENCE, Keys(fetch, clock), clock)
    signed = jwt.encode({"alg": "RS256", "kid": "weak"}, claims(), weak)
    with pytest.warns(SecurityWarning):
        wrong = await refusal(tokens, signed)
    assert wrong == "is signed with no key of the issuer"
    assert await tokens.caller(jwt.encode({"alg": "RS256", "kid": "good"}, claims(), good))
    for algorithm in ("PS256", "RS512", "RS384"):
        signed = jwt.encode(
            {"alg": algorithm, "kid": "good"}, claims(), good, algorithms=[algorithm]
        )
        assert await refusal(tokens, signed) == "is not what the issuer signed"


@pytest.mark.parametrize(
    "listed",
    [
        {"kty": "oct", "kid": "k", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "k", "use": "enc"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "k", "alg": "ECDH-ES"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "k"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
    ],
)
def test_keys_of_other_kinds_sign_nothing(listed: dict[str, str]) -> None:
    assert keys_module.read_keys(json.dumps({"keys": [listed]}).encode()) == {}


def test_weak_keys_sign_nothing() -> None:
    weak = jwk.ECKey.generate_key("P-384", {"kid": "k"})
    assert keys_module.read_keys(json.dumps({"keys": [weak.as_dict(private=False)]}).encode()) == {}
    for text in (b"", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [1]}', b"[" * 10_000):
        with pytest.raises(CannotFetch):
            keys_module.read_keys(text)


def test_the_development_issuer_makes_nothing_beside_a_real_one(tmp_path: Path) -> None:
    real = AccessSettings(token_issuer="https://issuer.example", token_keys="https://k.example")
    with pytest.raises(RealIssuer, match=r"https://issuer\.example"):
        DevelopmentIssuer.beside(real, tmp_path / "issuer")
    assert list(tmp_path.iterdir()) == []
    for settings in (AccessSettings(), AccessSettings(token_issuer=ISSUER)):
        made = DevelopmentIssuer.beside(settings, tmp_path / "issuer")
        assert made.keys_file.stat().st_mode & 0o777 == 0o600
    private = tmp_path / "issuer" / "signing.json"
    assert (private.stat().st_mode & 0o777, private.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "d" not in json.loads(made.keys_file.read_text())["keys"][0]


@pytest.mark.parametrize("address", ["http://issuer.example/keys", "HTTP://10.0.0.1/keys"])
def test_keys_that_could_be_swapped_on_the_way_stop_the_start(address: str) -> None:
    with pytest.raises(ValueError, match="over https"):
        AccessSettings(token_keys=address)
    for private in ("https://issuer.example/keys", "http://127.0.0.1:9/keys", "keys.json"):
        assert AccessSettings(token_keys=private).token_keys == private


def test_a_caller_may_ask_so_often_and_no_more(clock: SetClock) -> None:
    pace = Pace(3, clock)
    for _ in range(3):
        pace.take("one")
    with pytest.raises(TooOften) as refused:
        pace.take("one")
    assert refused.value.headers == {"Retry-After": "20"}
    pace.take("other")
    clock.now += timedelta(seconds=20)
    pace.take("one")
    with pytest.raises(TooOften):
        pace.take("one")
    clock.now -= timedelta(days=1)
    with pytest.raises(TooOften):
        pace.take("one")


def test_wide_names_open_what_the_role_allows_and_no_more() -> None:
    def caller(*organisations: str, role: str = "agency_reader") -> Caller:
        said = {"sub": "x", "roles": [role], "organisations": list(organisations)}
        return caller_of(said)

    assert caller("police/*", role="sender").sends_for("police", "dorset")
    assert not caller("*", role="sender").sends_for("police", "dorset")
    assert not caller("police/dorset", role="sender").sends_for("cps", "dorset")
    for wide in ("*", "police/*"):
        assert not view_of(caller(wide)).holds("police", "dorset")
    assert view_of(caller("police/dorset")).holds("police", "dorset")
    assert view_of(caller("*", role="inspector")).organisations is None
    assert view_of(caller("police/*", role="inspector")).holds("police", "dorset")
    assert not view_of(caller("police/*", role="inspector")).holds("cps", "wessex")
    for bad in ("", "/", "police/", "/dorset", "police"):
        with pytest.raises(BadClaims):
            caller(bad)
