"""The `medialib` command, also as `python -m medialib`: Ctrl+C while it is being loaded ends it without a word."""

import signal


def start() -> None:
    """Nothing has begun yet that would have to be ended well: the system's own way of ending will do."""
    wanted = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # a shell may have it passed over
    if wanted:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from medialib.cli import main

    try:
        main()
    finally:
        if wanted:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    start()
