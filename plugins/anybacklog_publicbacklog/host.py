"""Where the service is."""

HOST = "api.publicbacklog.com"
