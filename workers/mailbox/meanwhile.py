"""Commands whose answers are read later: what Redis does meanwhile, nobody waits for."""

from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError


class Meanwhile:
    """One connection at a time, for one thread. Raises what redis-py raises."""

    def __init__(self, redis: Redis) -> None:
        self._pool = redis.connection_pool
        self._connection: Any = None
        self._owed = 0

    def send(self, *command: Any) -> None:
        """Sends a command; its answer is one of the next `answers`."""
        if self._connection is None:
            self._connection = self._pool.get_connection()
        try:
            self._connection.send_command(*command)
        except BaseException:
            self._give_up()
            raise
        self._owed += 1

    def answers(self) -> list[Any]:
        """What came of the commands sent since then, in order; errors that Redis told as values."""
        try:
            answers = [self._answer() for _ in range(self._owed)]
        except BaseException:
            # What is not read would be taken for the next command's answer.
            self._give_up()
            raise
        self._leave()
        return answers

    def forget(self) -> list[Exception]:
        """Does without the answers, also where Redis has gone meanwhile; returns the errors."""
        try:
            answers = self.answers()
        except (RedisError, OSError) as error:
            return [error]
        return [answer for answer in answers if isinstance(answer, Exception)]

    def _answer(self) -> Any:
        try:
            return self._connection.read_response()
        except ResponseError as error:
            return error

    def _give_up(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
        self._leave()

    def _leave(self) -> None:
        if self._connection is not None:
            self._pool.release(self._connection)
        self._connection, self._owed = None, 0
