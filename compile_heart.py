"""Compiles the heart, and what makes the register's rows of it, to machine code.

`python compile_heart.py` does it to the code in the folder it is run in, by mypyc and the machine's
C compiler. What it leaves beside a module is what Python imports from then on, and knows nothing of
later changes to it: so the container's image is built this way, and `make compiled` does it to a
copy. docs/adr/0019 says what it gives and what it asks of the code.
"""

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

# Values in, values out: what stands on a database, the web or a clock is not worth compiling.
COMPILED = [
    "gateway/journey/**/*.py",
    "gateway/register/chain_rows.py",
    "gateway/register/finding_rows.py",
    "gateway/register/judged.py",
    "gateway/register/order_rows.py",
    "gateway/register/parts.py",
    "gateway/register/rows.py",
    "gateway/register/severity.py",
    "shared/interruption.py",
    "shared/journey_event.py",
    "shared/london.py",
    "shared/store/moments.py",
    "shared/store/records.py",
    "shared/words.py",
]


def modules(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that are compiled, each relative to it."""
    for pattern in COMPILED:
        found = sorted(path.relative_to(folder) for path in folder.glob(pattern))
        if not found:
            raise SystemExit(f"There is no {pattern} in {folder}.")
        yield from (path for path in found if path.name not in ("__init__.py", "__main__.py"))


def main() -> None:
    """Compile the modules of the folder this is run in."""
    from mypyc.build import mypycify
    from setuptools import Distribution

    told = StringIO()
    with TemporaryDirectory() as scratch:
        options = ["--cache-dir", f"{scratch}/types", "--ignore-missing-imports"]
        paths = [str(path) for path in modules(Path())]
        try:
            # It tells of every generator that it works out at once, which says nothing where
            # nothing has an effect.
            with redirect_stdout(told):
                heart = mypycify(
                    [*options, *paths],
                    group_name="heart",
                    target_dir=f"{scratch}/c",
                    debug_level="0",
                )
        except SystemExit:
            sys.stderr.write(told.getvalue())
            raise
        build = Distribution({"name": "heart", "ext_modules": heart}).get_command_obj("build_ext")
        build.inplace, build.build_temp, build.build_lib = True, f"{scratch}/o", f"{scratch}/lib"
        build.ensure_finalized()
        build.run()


if __name__ == "__main__":
    main()
