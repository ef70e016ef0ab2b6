"""An ASGI echo application under the server that the argument names: uvicorn (with wsproto) or hypercorn. Prints its
URL."""
import asyncio
import logging
import socket
import sys

logging.disable(logging.CRITICAL)


async def echo(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            event = await receive()
            await send({"type": event["type"] + ".complete"})
            if event["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        return await send({"type": "http.response.body"})
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        event = await receive()
        if event["type"] != "websocket.receive":
            return
        if event.get("text") is not None:
            await send({"type": "websocket.send", "text": event["text"]})
        else:
            await send({"type": "websocket.send", "bytes": event["bytes"]})


def run_uvicorn(listener):
    import uvicorn
    config = uvicorn.Config(echo, ws="wsproto", log_level="critical", ws_max_size=32 << 20)
    uvicorn.Server(config).run(sockets=[listener])


def run_hypercorn(listener):
    import hypercorn.asyncio
    import hypercorn.config
    config = hypercorn.config.Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.loglevel = "CRITICAL"
    config.accesslog = config.errorlog = None
    config.websocket_max_message_size = 32 << 20
    asyncio.run(hypercorn.asyncio.serve(echo, config))


with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
    print(f"ws://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
    {"uvicorn": run_uvicorn, "hypercorn": run_hypercorn}[sys.argv[1]](listener)
