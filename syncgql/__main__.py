"""``python -m syncgql`` is the ``syncgql`` command."""

from .cli import main

main()
