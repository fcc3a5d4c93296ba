"""`python -m operations.smoke`: see the package."""

import sys

from operations.smoke.cli import main

sys.exit(main())
