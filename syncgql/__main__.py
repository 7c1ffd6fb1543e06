"""``python -m syncgql`` runs the ``syncgql`` command."""

from .cli import main

main()
