"""What conformance cases talk to, on loopback and on ports that the system picks.

* DemoServer: the project's own demo server, in clear and over TLS.
* FileServer: HTTPS; a case's files below its folder `https/`, with a record of the requests made.
* RawServer: answers with the bytes that it was asked to, or with the bytes of the request.
"""
import base64
import http.server
import os
import socket
import socketserver
import ssl
import subprocess
import threading
import urllib.parse


class DemoServer:
    def __init__(self, program, certificate):
        self.certificate = certificate
        self.process = subprocess.Popen([program, "--cert-out", certificate], stdout=subprocess.PIPE, text=True)
        self.url = self.tls_url = None
        for line in self.process.stdout:
            if line.startswith("http://"):
                self.url = line.split()[0]
            elif line.startswith("https://"):
                self.tls_url = line.split()[0]
            if self.url and self.tls_url:
                break
        if not self.url or not self.tls_url:
            raise SystemExit("the demo server printed no URLs")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Threaded(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is part of some cases."""


class FileServer:
    """https://127.0.0.1:PORT/CASE/path serves FOLDER/https/path of the case mounted as CASE.

    A query argument `status=N` answers with that status instead. With `gone=1`, a request that also has `_k6` is refused.
    """

    def __init__(self, folder):
        self.certificate, key = os.path.join(folder, "files.pem"), os.path.join(folder, "files.key")
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=files", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", self.certificate],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if made.returncode:
            raise SystemExit(made.stdout.decode())
        self.mounted, self.seen, lock = {}, {}, threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                case_id, _, rest = self.path.lstrip("/").partition("/")
                path, _, query = rest.partition("?")
                with lock:
                    outer.seen.setdefault(case_id, []).append("/" + rest)
                asked = urllib.parse.parse_qs(query)
                status, body = 404, b"not found\n"
                name = os.path.normpath(os.path.join(outer.mounted.get(case_id, "/nonexistent"), "https", urllib.parse.unquote(path)))
                if "status" in asked:
                    status = int(asked["status"][0])
                elif "gone" in asked and "_k6" in asked:
                    status = 410
                elif os.path.isfile(name):
                    status = 200
                    with open(name, "rb") as file:
                        body = file.read()
                self.send_response(status)
                self.send_header("Content-Type", "text/javascript")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = Threaded(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def mount(self, case_id, folder):
        self.mounted[case_id] = folder
        self.seen.pop(case_id, None)

    def requests(self, case_id):
        return self.seen.get(case_id, [])

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class RawServer:
    """Plain TCP. What it does is in the request target:

    /answer/BASE64URL          sends exactly these bytes and closes the connection; several parts, separated by `/`, are sent
                               one after the other, `~N` waits N ms in between, `~~` holds the connection until the client leaves
    anything else              200 with the bytes of the whole request, head and body, as a text/plain body; keeps the connection
    """

    def __init__(self):
        outer = self
        self.stopping = threading.Event()

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                connection = self.request
                connection.settimeout(30)
                buffered = b""
                try:
                    while True:
                        message, buffered = read_message(connection, buffered)
                        if message is None:
                            return
                        target = message.split(b"\r\n", 1)[0].split(b" ")[1].decode("latin-1")
                        if target.startswith("/answer/"):
                            for part in target[len("/answer/"):].split("?")[0].split("/"):
                                if part == "~~":
                                    while connection.recv(4096):
                                        pass
                                elif part.startswith("~"):
                                    outer.stopping.wait(int(part[1:]) / 1000)
                                else:
                                    connection.sendall(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
                            connection.shutdown(socket.SHUT_WR)
                            return
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (len(message), message))
                except OSError:
                    pass

        class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
            daemon_threads = True
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()


def read_message(connection, buffered):
    """One HTTP/1.1 request as bytes, and what came after it."""
    while b"\r\n\r\n" not in buffered:
        more = connection.recv(65536)
        if not more:
            return None, b""
        buffered += more
    end = buffered.index(b"\r\n\r\n") + 4
    head = buffered[:end].lower()
    if b"transfer-encoding: chunked" in head:
        while b"\r\n0\r\n\r\n" not in buffered[end - 2:]:
            buffered += connection.recv(65536)
        length = buffered.index(b"\r\n0\r\n\r\n", end - 2) + 7 - end
    else:
        length = 0
        for line in head.split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(buffered) < end + length:
            more = connection.recv(65536)
            if not more:
                return None, b""
            buffered += more
    return buffered[:end + length], buffered[end + length:]
