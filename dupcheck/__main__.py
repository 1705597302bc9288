"""``python -m dupcheck`` is the command ``dupcheck``."""

from dupcheck.cli import main

if __name__ == "__main__":
    main(prog_name="dupcheck")
