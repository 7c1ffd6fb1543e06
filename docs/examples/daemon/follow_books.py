"""A daemon that follows a subscription until it is stopped: python follow_books.py."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

from syncgql import Client, TransportError

LIBRARY_URL = os.environ.get("LIBRARY_URL", "http://127.0.0.1:8001/graphql")
BOOK_ADDED = "subscription BookAdded { bookAdded { title author } }"

logger = logging.getLogger("follow_books")


def stop(number: int, frame: FrameType | None) -> None:
    """Handle SIGTERM and SIGINT: the main thread raises the exception and leaves the loop."""
    raise SystemExit(0)


def main() -> int:
    """Follow the subscription; return 1 if the library cannot be reached."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        # Leaving the block ends the subscription on the server and closes the connection.
        with Client(LIBRARY_URL) as client:
            for event in client.subscribe(BOOK_ADDED):
                logger.info("%(title)s, %(author)s", event["bookAdded"])
            logger.warning("The library has ended the subscription.")
    except TransportError as error:  # no connection, or reconnecting failed several times
        logger.error("%s", error)
        return 1
    finally:
        logger.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
