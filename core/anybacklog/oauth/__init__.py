"""Logging in by OAuth 2: a page in the browser, a code that comes back, tokens that are kept and renewed.

    endpoints.py    where a service gives tokens, and Authlib's client of it (extra `oauth`), which sends by HttpSession
    attempt.py      one attempt to log in: the page to open, then the tokens for what it sends back
    callback.py     the door on this machine that the browser comes back to
    tokens.py       the token of a kept login, renewed once for all who use it

Where logins are kept is told in `config.logins`. Nothing is imported here: every connection needs the last of these
alone, and only if somebody logged in.
"""
