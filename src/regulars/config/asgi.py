"""The root ASGI application: one port for machines and people."""

from a2wsgi import WSGIMiddleware

from regulars.config.wsgi import application as django_application

application = WSGIMiddleware(django_application, workers=8)
