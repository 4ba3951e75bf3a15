"""Files for their owner's eyes only, such as passwords and keys: whole or not there at all."""

import json
import os
from pathlib import Path
from typing import Any


def write_for_owner(path: Path, content: dict[str, Any]) -> None:
    """Write JSON to a file of mode 0600 that has its name only once all of it is there."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
    unfinished.rename(path)
