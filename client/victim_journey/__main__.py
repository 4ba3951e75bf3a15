"""The command as a module: `python -m victim_journey`."""

import sys

from victim_journey.command import main

sys.exit(main())
