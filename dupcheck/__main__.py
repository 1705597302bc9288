"""``python -m dupcheck`` is the command ``dupcheck``."""

import gc


def start() -> None:
    """Run the command ``dupcheck`` as a program of its own.

    What is loaded to begin with stays to the end, and at the end the system takes back whatever is left: the search for
    cycles need go through neither, which is a tenth of what a help or the check of one draft takes.
    """
    gc.disable()
    from dupcheck.cli import main

    gc.freeze()
    gc.enable()
    try:
        main(prog_name="dupcheck")
    finally:
        gc.freeze()


if __name__ == "__main__":
    start()
