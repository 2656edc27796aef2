"""Strict fakes of services, for tests, recordings and one's own programs. They know nothing of our adapters.

The floor plan. What every fake shares is on this floor:

    simulator.py    the WSGI application: one request at a time, through the faults that are switched on
    serving.py      a server on loopback: start, url, stop; a context manager
    clock.py        the fake's own time, moved by hand
    faults.py       what may go wrong, as data: which request, and what happens to it
    rates.py        fixed windows of requests per user
    control.py      the door for tests in another process, closed unless asked for
    dump.py         dataclasses to JSON and back: compare whole states, start from a file
    plugin.py, command.py       `anybacklog simulate`; what is a service's own in that is in its room's command.py

Each service has a room of its own with a table of routes; in `nulab`:

    things.py, events.py, space.py      what a space holds, as plain records
    routes.py       the table: method, path, rate bucket, strictness, parameters, who may, handler
    service.py      a request's way: key, route, limits, parameters, permission, handler, JSON
    admission.py, oauth.py, parameters.py, errors.py, call.py       the steps of that way
    shapes.py, issue_shape.py, wiki_shape.py                        records to JSON, field by field as recorded
    issues.py, comments.py, attachments.py, projects.py, words.py ...   one module per resource: handlers, then routes
    seeding.py, demo.py     a space from recorded answers; the one a newcomer meets

`publicbacklog` has the same, smaller, and two modules of its own: `choices.py`, a switch for each question its pages
leave open, and `webhooks.py`, which posts what happens.

Start at `nulab.simulator()` or `publicbacklog.simulator()`.
"""
