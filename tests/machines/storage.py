"""Machine c: Redis with the users of docs/redis-users.acl, PostgreSQL with a password; durable."""

import psycopg
from psycopg import sql

from tests.acceptance.security.users_of_redis import GuardedRedis
from tests.machines.network import Network
from tests.services.postgres_keeper import SUPERUSER
from tests.services.postgres_process import PostgresProcess
from tests.services.run_folder import run_folder

REDIS_PORT = 6379
POSTGRES_PORT = 5432
DATABASE = "hal"
PASSWORD = "of-three-machines"
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_ACCESS = "local all all trust\nhost {database} {database} {network} scram-sha-256\n"


class NetworkRedis(GuardedRedis):
    """Redis that listens on its machine's address."""

    def __init__(self, network: Network, machine: str) -> None:
        super().__init__(durable=True, parent=run_folder())
        self._network = network
        self._machine = machine
        self.listening = ("--bind", network.address(machine), "--port", str(REDIS_PORT))

    def start(self) -> None:
        """Start it, with the data it had, and wait until it answers its administrator."""
        with self._network.on(self._machine):
            super().start()

    def network_url(self, user: str) -> str:
        """The REDIS_URL of one of its users, on any machine."""
        address = self._network.address(self._machine)
        return f"redis://{user}:CHANGE-ME-{user}@{address}:{REDIS_PORT}/0"


class NetworkPostgres(PostgresProcess):
    """PostgreSQL that listens on its machine's address, with an empty database and its owner."""

    def __init__(self, network: Network, machine: str) -> None:
        listening = {"listen_addresses": network.address(machine), "port": str(POSTGRES_PORT)}
        super().__init__({**_DURABLE, **listening})
        self._network = network
        self._machine = machine
        access = self.folder / "pg_hba.conf"
        words = _ACCESS.format(database=DATABASE, network=network.all_addresses)
        access.write_text(words, encoding="utf-8")
        self._settings = {**self._settings, "hba_file": str(access)}

    def start(self) -> None:
        """Start it, with the data it had, and wait until it answers."""
        is_new = not self._command
        with self._network.on(self._machine):
            super().start()
        if is_new:
            self._make_database()

    @property
    def network_url(self) -> str:
        """The DATABASE_URL on any machine."""
        address = self._network.address(self._machine)
        return f"postgresql://{DATABASE}:{PASSWORD}@{address}:{POSTGRES_PORT}/{DATABASE}"

    def _make_database(self) -> None:
        owner = sql.Identifier(DATABASE)
        administrator = f"postgresql://{SUPERUSER}@/postgres?host={self.folder}"
        with psycopg.connect(administrator, autocommit=True) as connection:
            made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            connection.execute(made.format(owner, sql.Literal(PASSWORD)))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(owner, owner))
