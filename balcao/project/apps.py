"""What happens once when a process starts."""

from django.apps import AppConfig
from django.conf import settings


class ProjectConfig(AppConfig):
    """Makes the plug-ins known."""

    name = "balcao.project"

    def ready(self) -> None:
        """Register the plug-ins; everything else finds them by kind."""
        from balcao.project.plugins import register_all

        register_all(named=settings.PLUGINS)
