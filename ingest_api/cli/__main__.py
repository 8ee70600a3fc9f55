"""`python -m ingest_api.cli`: the same as `hal-ingest`, also where no script is installed."""

from ingest_api.cli.application import main

# Guarded: the edge's processes are spawned, and import the main module anew.
if __name__ == "__main__":
    main()
