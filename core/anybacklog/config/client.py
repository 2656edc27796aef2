"""Who anybacklog is to a service that people log in to: an application's id, which is no secret, and its secret."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from anybacklog.config.keys import find_key
from anybacklog.config.place import Place, configured, for_vendor_alone, given, named, of_variable
from anybacklog.config.settings import Settings, variable
from anybacklog.errors import ConfigurationError
from anybacklog.location import Location

ID, SECRET = "CLIENT_ID", "CLIENT_SECRET"


@dataclass(frozen=True, slots=True)
class Client:
    """An application that is registered at the service."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSearch:
    """Where an application's id and secret are looked up: in the order, and for the hosts, that keys are.

    `register` is the page where a person gets both.
    """

    location: Location
    connection: Settings | None
    vendor_hosts: Collection[str]
    default_host: str
    environ: Mapping[str, str]
    register: str = ""

    def find(self, *, client_id: str | None, secret_env: str | None) -> Client:
        """Find both; ConfigurationError names what is missing, and where it could be."""
        connection, environ = self.connection, self.environ
        ids, secrets = [given("--client-id", client_id)], [named("--client-secret-env", secret_env, environ)]
        if connection:
            entry = f"connections.{connection.name}"
            ids.append(given(f"{entry}.client_id", connection.client_id))
            secrets.append(configured(f"{entry}.client_secret", connection.client_secret, environ))
        found = filter(None, (place.ask() for place in (*ids, *self._variables(ID)) if not place.closed))
        known = next(found, None)
        secret = find_key((*secrets, *self._variables(SECRET)))
        if not (known and secret):
            raise ConfigurationError(self._missing("client secret" if known else "client id"))
        return Client(known, secret.secret)

    def _variables(self, what: str) -> Iterator[Place]:
        if self.connection:
            yield of_variable(variable(self.connection.name, what), self.environ)
        shared = of_variable(variable(self.location.scheme, what), self.environ)
        yield for_vendor_alone(shared, self.location.host or self.default_host, self.vendor_hosts)

    def _missing(self, what: str) -> str:
        places = [place for place in self._variables(ID) if not place.closed]
        if not places:
            return f"there is no {what} for {self.location.host}, which is not the vendor's own; name the connection"
        way = f"register an application at {self.register}, then " if self.register else ""
        name = places[0].name.removeprefix("environment variable ")
        return f"there is no {what}; {way}set {name} and {name.removesuffix(ID)}{SECRET}, or give both in config.toml"
