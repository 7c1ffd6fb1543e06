"""The Django application ``syncgql.contrib.django``."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class SyncGQLConfig(AppConfig):
    """Registers the system checks."""

    name = "syncgql.contrib.django"
    label = "syncgql"
    verbose_name = "syncgql"

    def ready(self) -> None:
        """Register the system checks."""
        from .checks import check_certificates, check_clients, check_endpoints, check_forwarding, check_middleware

        register(check_clients, "syncgql")
        register(check_forwarding, "syncgql")
        register(check_middleware, "syncgql")
        register(check_certificates, "syncgql", deploy=True)
        register(check_endpoints, "syncgql", deploy=True)
