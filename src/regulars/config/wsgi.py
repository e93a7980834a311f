"""Django as a WSGI application: the back office and everything else that people look at."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")

application = get_wsgi_application()
