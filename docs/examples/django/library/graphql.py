"""The client for the library; one for all threads, and for all processes that are forked from this one."""

from __future__ import annotations

from django.conf import settings

from syncgql import Client

client = Client(settings.LIBRARY_URL, timeout=3)
