"""Machines of one network, as Linux network namespaces: an address each, and a cable to pull out.

A namespace shares this machine's files and processors; what it has of its own is its network.
"""

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

PREFIX = "hal"
_NETWORK = "10.213.77"
_NETWORK_BITS = 24
_CLONE_NEWNET = 0x40000000
_NAMESPACES = Path("/run/netns")


class NotPossible(Exception):
    """This system has no namespaces for us; the text is one line for a person."""


class Network:
    """Machines by name, joined by a switch. Leaving takes all of it away.

    Raises NotPossible where this is no Linux, we are not root, or the kernel lets us not.
    """

    def __init__(self, machines: tuple[str, ...]) -> None:
        self._machines = machines
        self._switch = f"{PREFIX}{os.getpid()}-switch"

    def address(self, machine: str) -> str:
        """The machine's address."""
        return f"{_NETWORK}.{self._machines.index(machine) + 1}"

    @property
    def all_addresses(self) -> str:
        """The network, as access rules name it."""
        return f"{_NETWORK}.0/{_NETWORK_BITS}"

    @contextmanager
    def on(self, machine: str) -> Iterator[None]:
        """In this block the calling thread is on the machine, and what it starts stays there."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(_NAMESPACES / self._name(machine), os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(home)
            os.close(there)
            os.close(home)

    def cut_off(self, machine: str) -> None:
        """Pull out the machine's cable: nothing comes or goes, and nobody is told."""
        self._ip("-n", self._switch, "link", "set", self._port(machine), "down")

    def bring_back(self, machine: str) -> None:
        """Put the cable in again."""
        self._ip("-n", self._switch, "link", "set", self._port(machine), "up")

    def _name(self, machine: str) -> str:
        return f"{PREFIX}{os.getpid()}-{machine}"

    def _port(self, machine: str) -> str:
        # An interface's name has at most 15 characters.
        return f"port{self._machines.index(machine)}"

    def _build(self) -> None:
        self._ip("netns", "add", self._switch)
        self._ip("-n", self._switch, "link", "add", "bridge", "type", "bridge")
        self._ip("-n", self._switch, "link", "set", "bridge", "up")
        for machine in self._machines:
            self._plug_in(machine)

    def _plug_in(self, machine: str) -> None:
        name, port = self._name(machine), self._port(machine)
        address = f"{self.address(machine)}/{_NETWORK_BITS}"
        self._ip("netns", "add", name)
        self._ip(*f"-n {self._switch} link add {port} type veth peer eth0 netns {name}".split())
        self._ip(*f"-n {self._switch} link set {port} master bridge up".split())
        self._ip(*f"-n {name} address add {address} dev eth0".split())
        self._ip(*f"-n {name} link set lo up".split())
        self._ip(*f"-n {name} link set eth0 up".split())

    def _take_away(self) -> None:
        for name in (*map(self._name, self._machines), self._switch):
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)

    @staticmethod
    def _ip(*words: str) -> None:
        try:
            done = subprocess.run(["ip", *words], check=False, capture_output=True, text=True)
        except FileNotFoundError:
            raise NotPossible("the program `ip` is missing (Debian, Ubuntu: iproute2)") from None
        if done.returncode != 0:
            raise NotPossible(f"`ip {' '.join(words)}`: {done.stderr.strip()}")

    def __enter__(self) -> Self:
        if sys.platform != "linux":
            raise NotPossible("network namespaces are a thing of Linux")
        if os.geteuid() != 0:
            raise NotPossible("only root may make network namespaces")
        try:
            self._build()
        except NotPossible:
            self._take_away()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._take_away()


def _enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
