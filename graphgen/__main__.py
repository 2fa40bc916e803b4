"""`python -m graphgen`: the command, where its script is not on the path."""

from graphgen.cli import main

if __name__ == "__main__":
    main()
