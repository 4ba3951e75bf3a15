"""Lets the benches in: an issuer of their own, and tokens of two in the environment."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from shared.access.development import ALL_SENDERS, DevelopmentIssuer

# Where the client looks for it too.
TOKEN = "VICTIM_JOURNEY_TOKEN"  # noqa: S105 - its name
READER_TOKEN = "BENCH_READER_TOKEN"  # noqa: S105 - its name
LONG = timedelta(days=7)


@contextmanager
def let_in() -> Iterator[None]:
    """Have services and clients that are started meanwhile agree on one token."""
    with tempfile.TemporaryDirectory() as folder:
        issuer = DevelopmentIssuer(Path(folder) / "issuer")
        settings = {
            **issuer.environment(),
            TOKEN: issuer.token("sender", organisations=ALL_SENDERS, good_for=LONG),
            # What is measured is how fast it is, not how often one caller may ask.
            "SENDER_REQUESTS_PER_MINUTE": "1000000000",
            READER_TOKEN: issuer.token(
                "inspector", organisations=("*",), scopes=("special_category",), good_for=LONG
            ),
            "READER_REQUESTS_PER_MINUTE": "1000000000",
        }
        with patch.dict(os.environ, settings):
            yield


def token_header() -> str:
    """Return the header's line that carries the token, as it goes over the wire."""
    return f"authorization: Bearer {os.environ[TOKEN]}\r\n"


def reader_token() -> str:
    """Return the token of an inspector who may see everything."""
    return os.environ[READER_TOKEN]
