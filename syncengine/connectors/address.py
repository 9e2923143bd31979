"""Which addresses a system may have: one https host; this machine only where the environment is local."""

from ipaddress import ip_address
from typing import Final

import httpx

from syncengine.errors import UserError
from syncengine.vocabulary import Environment

_PORTS: Final = {"http": 80, "https": 443}


def checked(address: str, environment: Environment) -> httpx.URL:
    """The configured address. Raises UserError unless it is https, or http to this machine in a local environment."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise UserError(f"the address is no URL: {error}") from None
    if url.scheme not in _PORTS or not url.host or url.userinfo or url.query or url.fragment:
        raise UserError(
            "the address of a system is https://HOST[:PORT][/PATH], without credentials and query",
            remedy="put credentials into settings of their own",
        )
    _check_host(url.host, environment)
    if url.scheme == "http" and not (environment is Environment.LOCAL and _is_loopback(url.host)):
        raise UserError(
            f"the address of {url.host} is not https",
            remedy="use https; http is for this machine only, in systems with `environment: local`",
        )
    return url.copy_with(path=url.path.rstrip("/") + "/")


def _check_host(host: str, environment: Environment) -> None:
    """Numbers must be written as addresses are: 127.1 and 0x7f000001 are this machine in disguise."""
    last = host.rstrip(".").rpartition(".")[2]
    numeric = ":" in host or last.isdigit() or last.lower().startswith("0x")
    if not numeric:
        return
    try:
        found = ip_address(host)
    except ValueError:
        raise UserError(f"{host!r} is neither a host name nor an address in its usual form") from None
    if environment is not Environment.LOCAL and not found.is_global:
        raise UserError(
            f"{host} is no public address", remedy="only systems with `environment: local` may be on this machine"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)
