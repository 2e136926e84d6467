"""A WebSocket server of others (the library websockets), for websockets_test: what it does depends on the path.

websocket_server.py PORT [CERTIFICATE KEY]
"""
import asyncio
import ssl
import sys

import websockets


async def serve_one(socket, path):
    if path == "/close":
        await socket.close(4001, "enough for today")
    elif path == "/fragments":
        await socket.send(iter(["one ", "two ", "", "three"]))
        await socket.send(iter([b"\x00" * 70000, b"\x01"]))
    elif path == "/ping":
        # Resumes when the pong has come.
        await (await socket.ping(b"are you there"))
        await socket.send("there you are")
    elif path == "/headers":
        await socket.send("|".join([socket.request_headers.get("X-Team", ""), socket.request_headers.get("Cookie", "")]))
    async for message in socket:
        await socket.send(message)


async def main():
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
    async with websockets.serve(serve_one, "127.0.0.1", int(sys.argv[1]), ssl=context, subprotocols=["chat.v2"], max_size=2**25):
        await asyncio.Future()


asyncio.run(main())
