"""A receiver with a tiny window, which reads as little as it is told to.

Arguments: the port to pass the bytes on to (0: nowhere), and how many reads of the client it does before it stops.
It prints its port. A line on stdin means that `disable` has returned: bytes that its own kernel has by then arrived
before. From then on it reads everything, and prints both sums when the client is gone.
"""

import array
import fcntl
import socket
import sys
import termios
import threading
import time

upstream_port, reads = int(sys.argv[1]), int(sys.argv[2])
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
server.bind(("127.0.0.1", 0))
server.listen()
print(server.getsockname()[1], flush=True)
client, _ = server.accept()
onward = socket.create_connection(("127.0.0.1", upstream_port)) if upstream_port else None


def read():
    try:
        return client.recv(65536)
    except OSError:
        return b""


def pass_back():
    try:
        while chunk := onward.recv(65536):
            client.sendall(chunk)
    except OSError:
        pass


if onward:
    threading.Thread(target=pass_back, daemon=True).start()
before = 0
for _ in range(reads):
    chunk = read()
    before += len(chunk)
    onward.sendall(chunk)
print("connected", flush=True)
sys.stdin.readline()
queued = array.array("i", [0])
fcntl.ioctl(client.fileno(), termios.FIONREAD, queued)
before += queued[0]
after = -queued[0]
deadline = time.monotonic() + 1
client.settimeout(0.3)
while time.monotonic() < deadline and (chunk := read()):
    after += len(chunk)
print(before, after, flush=True)
