"""Where an edge listens, and whether it can, asked before anything is started."""

import socket

ACCEPTED_A_ROUND = 16
"""As many as requests begin in one round of the loop (ingest_api/fair_turns.py)."""


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


def listeners(bound: socket.socket) -> list[socket.socket]:
    """The bound socket as often as connections are to be accepted in one round of the event loop.

    The loop accepts one of each socket. With one of them, a crowd that comes while the edge is busy
    would stand before the door until its patience is over, and be let in when it has gone.
    """
    return [bound, *(bound.dup() for _ in range(ACCEPTED_A_ROUND - 1))]
