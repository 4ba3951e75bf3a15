"""Each wheel carries every file of its rooms, the rules and examples too, and nothing else."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOMS = {"shared", "services", "gateway", "demo", "migrations"}


def carried_by(source: Path, folder: Path) -> set[str]:
    """Build the wheel of a folder and return what it carries."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(build, cwd=source, check=True)
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_carries_every_file(root: Path, files: tuple[Path, ...], tmp_path: Path) -> None:
    kept = {path.relative_to(root) for path in files}
    expected = {path.as_posix() for path in kept if path.parts[0] in ROOMS}
    assert carried_by(root, tmp_path) == expected


def test_the_client_s_wheel_carries_the_client_alone(
    root: Path, files: tuple[Path, ...], tmp_path: Path
) -> None:
    client = root / "client"
    kept = {path.relative_to(client) for path in files if path.is_relative_to(client)}
    expected = {path.as_posix() for path in kept if path.parts[0] == "victim_journey"}
    assert carried_by(client, tmp_path) == expected
