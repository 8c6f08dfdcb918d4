"""`python -m medialib` is the `medialib` command."""

from medialib.cli import main

if __name__ == "__main__":
    main()
