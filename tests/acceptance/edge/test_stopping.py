"""An edge process that is asked to stop (contract §4, Outages)."""

import http.client
import json
import signal
import threading

import redis

from tests.acceptance.edge.running import make_project
from tests.services.processes import Services, WebProcess
from tests.services.waiting import wait_until
from workers.mailbox.layout import mailbox_key


class _Caller(threading.Thread):
    """One write that is willing to wait for long."""

    def __init__(self, web: WebProcess) -> None:
        super().__init__()
        self.address = web.url.removeprefix("http://")
        self.status = 0

    def run(self) -> None:
        connection = http.client.HTTPConnection(self.address, timeout=30)
        headers = {"content-type": "application/json", "prefer": "wait=25"}
        body = json.dumps({"app_id": "proj_1", "visitor_id": "v1"})
        connection.request("POST", "/api/widget/identify", body, headers)
        self.status = connection.getresponse().status
        connection.close()


def test_a_stopping_edge_answers_its_waiting_callers_and_ends_soon(services: Services) -> None:
    with make_project(services.database_url, "proj_1"):
        web = services.start_web()
        callers = [_Caller(web) for _ in range(5)]
        for caller in callers:
            caller.start()
        with redis.Redis.from_url(services.redis_url) as direct:
            wait_until(lambda: direct.xlen(mailbox_key("proj_1")) == len(callers))
        web.send(signal.SIGTERM)
        web.wait(within_s=8)
        for caller in callers:
            caller.join()
    assert [caller.status for caller in callers] == [202] * len(callers)
    assert "Traceback" not in web.output()
