"""`python -m tools.operate.redrive`: see the package."""

import sys

from tools.operate.redrive.cli import main

sys.exit(main())
