"""The wheel carries every file of the rooms, the rules and examples too, and nothing else."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOMS = {"shared", "services", "gateway", "demo", "migrations"}


def test_the_wheel_carries_every_file(root: Path, files: tuple[Path, ...], tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    kept = {path.relative_to(root) for path in files}
    assert carried == {path.as_posix() for path in kept if path.parts[0] in ROOMS}
