"""Where the packaged program with a window starts."""

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()  # worker processes start this same program and must not open a window
    from mgc_desktop.app import main

    raise SystemExit(main())
