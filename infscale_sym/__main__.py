"""`python -m infscale_sym` is the command `infscale`."""

import sys

from infscale_sym.cli import main

if __name__ == "__main__":
    sys.exit(main())
