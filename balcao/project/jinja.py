"""The Jinja2 environment of our pages."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, FileSystemBytecodeCache, StrictUndefined

from balcao.web.components.jinja import install


def environment(**options: Any) -> Environment:
    """Build the environment: autoescape, strict about what is missing, gettext of the active language."""
    cache = settings.DATA_DIR / "cache" / "jinja"
    cache.mkdir(parents=True, exist_ok=True)
    page_environment = Environment(  # noqa: S701 - autoescape is on, two lines below
        **{
            **options,
            "autoescape": True,
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "bytecode_cache": FileSystemBytecodeCache(str(cache)),
            "extensions": ["jinja2.ext.do"],
        }
    )
    page_environment.globals.update(static=static, url=_url)
    install(page_environment)
    return page_environment


@lru_cache(maxsize=8192)  # the addresses are fixed once the process runs
def _url(name: str, /, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)
