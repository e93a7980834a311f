"""`python -m regulars` is the same as `regulars`: the supervisor starts its children so, whatever PATH says."""

from regulars.cli import app

if __name__ == "__main__":
    app()
