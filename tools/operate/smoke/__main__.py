"""`python -m tools.operate.smoke`: see the package."""

import sys

from tools.operate.smoke.cli import main

sys.exit(main())
