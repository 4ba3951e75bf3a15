"""The doors' own examples of every event, for tests that send or correct whatever there is."""

import json
from pathlib import Path

# What each event says, by its agency and its type.
EXAMPLES = {
    (path.parts[-3], path.stem): json.loads(path.read_text()).get("data", {})
    for path in sorted((Path(__file__).parents[1] / "services").glob("*/examples/*.json"))
}
