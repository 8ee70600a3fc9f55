"""The server of the baselines, with the options that `hal-ingest web` gives uvicorn."""

import uvicorn


def serve(application: str, port: int, processes: int = 1) -> None:
    """Serves what the factory of that name makes, until a signal."""
    uvicorn.run(
        application,
        factory=True,
        host="127.0.0.1",
        port=port,
        workers=processes,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
