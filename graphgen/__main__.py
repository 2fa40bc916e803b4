"""The command, as it is typed and as `python -m graphgen`: what Ctrl-C ends before it has begun."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command; Ctrl-C also ends its imports in one line, and nothing once all is done."""
    try:
        import atexit
        import signal

        from graphgen.cli import main as command
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    command()


if __name__ == "__main__":
    main()
