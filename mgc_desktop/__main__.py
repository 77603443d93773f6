"""`python -m mgc_desktop`."""

import sys

from mgc_desktop.app import main

sys.exit(main())
