"""Makes folders of rules like the project's own, to be changed in a test."""

import shutil
from importlib.resources import as_file
from pathlib import Path

from gateway.rulebook.load import DUTIES, EDITIONS, NOT_OBSERVABLE, ORDER, RULES

FEW = (f"{DUTIES}/r06_arrest.yaml", f"{ORDER}/views_disposal.yaml", EDITIONS, NOT_OBSERVABLE)


def folder_of_rules(place: Path, *, few: bool = False) -> Path:
    """Copy the project's rules and lists into a new folder: all, or one of each kind."""
    folder = place / "rules"
    with as_file(RULES) as ours:
        for name in (DUTIES, ORDER):
            if not few:
                shutil.copytree(ours / name, folder / name)
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in FEW:
            shutil.copy(ours / name, folder / name)
    return folder
