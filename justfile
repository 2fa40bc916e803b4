# The front door: `just` lists what there is. The commands need what `pip install -e '.[dev]'` installs.

[private]
default:
    @just --list

# Run the tests; `just test -k ledger` runs some, `just test -m process` whole runs, `-m slow` all seeds.
test *options:
    python -m pytest {{ options }}

# Check style, format and types.
lint:
    ruff check
    ruff format --check
    mypy --strict

# Write what the documentation takes from the code: tables, outputs, pattern files.
docs:
    python scripts/build_docs.py
    python scripts/build_readme.py

# Draw the README's pictures again; the second wants Java, Maven and Chromium.
picture:
    python scripts/draw_picture.py
    python scripts/draw_browser.py

# Measure speed and memory, and print the table; `just bench --quick` tries it at toy size.
bench *options:
    python benchmarks/run.py {{ options }}

# Run the tests against real servers: `just live`, `just live 2026.08.1` (with Java 21 or later).
live version="5.26.30" *options:
    NEO4J_VERSION={{ version }} python -m pytest -m live tests/live {{ options }}

# Start the servers of docker-compose.yml, and wait until they are healthy; it says which passwords it needs.
up:
    docker compose up --detach --wait

# Stop them; what is in them stays.
down:
    docker compose down

# Build the wheel and the source archive into dist/.
wheel:
    python -m build

# All that a change has to pass, on a virtual environment of its own.
ci:
    .ci/run
