"""Where the packaged command line starts."""

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from mgc_desktop.cli import main

    raise SystemExit(main())
