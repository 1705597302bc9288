"""``python -m dupcheck`` is the command ``dupcheck``."""

import gc


def start() -> None:
    """Run the command ``dupcheck`` as a program of its own.

    What is imported to begin with stays to the end: the search for cycles need go through it neither while it is
    loaded nor when the program ends, which is a tenth of what a help takes.
    """
    gc.disable()
    from dupcheck.cli import main

    gc.freeze()
    gc.enable()
    main(prog_name="dupcheck")


if __name__ == "__main__":
    start()
