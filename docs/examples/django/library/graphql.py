"""The client for the library, one for all threads and all forked processes."""

from __future__ import annotations

from django.conf import settings

from syncgql import Client

client = Client(settings.LIBRARY_URL, timeout=3)
