"""``python -m rarebit``: the command."""

from __future__ import annotations

from rarebit.app import main

if __name__ == "__main__":
    main()
