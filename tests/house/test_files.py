"""Every file begins with what it is for, and none names a machine or a place to download from."""

import ast
import re
from pathlib import Path

# Formats without comments, templates, pictures, the gallery of rules that begin wrongly, and the
# exports that stand for those of other systems.
SPEECHLESS = {".json", ".jsonl", ".mako", ".ndjson", ".png", ".svg", ".typed"}
GALLERY = "bad_rules"
EXPORTS = ("client", "examples")

# Put together here, so that this file does not hold what it forbids.
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "debian" + ".org"]
PLACES = ["/work" + "/", "/root" + "/", "/opt" + "/", "/home" + "/"]


def beginning(path: Path) -> str:
    """The docstring, comment or heading that a file begins with; empty when there is none."""
    text = path.read_text()
    if path.suffix == ".py":
        return ast.get_docstring(ast.parse(text)) or ""
    if path.suffix == ".md":
        found = re.match(r"# (.+)", text)
        return f"{found[1]}." if found else ""
    found = re.match(r"(?:#!.*\n)?((?:(?:#|--) ?.*\n)+)", text)
    return re.sub(r"^(#|--) ?", "", found[1], flags=re.MULTILINE) if found else ""


def test_every_file_begins_with_a_sentence(root: Path, files: tuple[Path, ...]) -> None:
    speechless = [
        str(path.relative_to(root))
        for path in files
        if path.suffix not in SPEECHLESS
        and GALLERY not in path.parts
        and not (path.suffix == ".csv" and path.parts[-3:-1] == EXPORTS)
        and not re.match(r"[\"'`]?[A-Z0-9].*?[.?!:](\s|$)", beginning(path), flags=re.DOTALL)
    ]
    assert not speechless, speechless


def test_no_file_names_a_registry_or_this_machine(root: Path, files: tuple[Path, ...]) -> None:
    def words(path: Path) -> list[str]:
        text = path.read_text(errors="replace")
        hosts = [host for host in HOSTS if host in text]
        # A place begins its path; the same letters inside a longer path or address are another.
        return hosts + [place for place in PLACES if re.search(rf"(?<![\w.:*/-]){place}\w", text)]

    assert {str(path.relative_to(root)): words(path) for path in files if words(path)} == {}
