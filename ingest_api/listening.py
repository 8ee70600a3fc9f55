"""Whether an edge can listen where it should, asked before anything is started."""

import socket


class CannotListen(Exception):
    """The address is taken or none of this machine's; the text is one line for a person."""


def require_free_address(host: str, port: int, settings: str = "HOST or PORT") -> None:
    """Raises CannotListen where a listener on this address would fail."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the edge's own listener does: without it a port just left would look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "not a host's name"
            raise CannotListen(
                f"cannot listen on {host} port {port}: {reason} (set {settings})"
            ) from None
