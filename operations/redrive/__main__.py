"""`python -m operations.redrive`: see the package."""

import sys

from operations.redrive.cli import main

sys.exit(main())
