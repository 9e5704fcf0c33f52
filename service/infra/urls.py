"""Addresses that settings name, and what comes from them: over https, or from here."""

import ipaddress

from yarl import URL


class UrlInsecure(ValueError):
    """Keys come over https only, but from the machine itself."""


def refuse_insecure(url: str) -> None:
    """UrlInsecure unless it is https, or http on this machine."""
    try:
        found = URL(url)
        host = found.host or ""
    except ValueError:
        raise UrlInsecure(f"{url} is no URL") from None
    if host and (found.scheme == "https" or (found.scheme == "http" and _is_here(host))):
        return
    raise UrlInsecure(f"{url} is not https")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
