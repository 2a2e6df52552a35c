"""The assembly point: the only place that names concrete plug-ins."""
