"""Runs of the real k6 command, watched from outside: what tests of signals, exit codes and the control API share.

    run = K6(self, ["run", "script.js"], {"script.js": "export default function () {}"})
    run.wait_for("running")          # on what it prints, never on time
    run.interrupt()
    self.assertEqual(run.exit_code(), 105)

Nothing here sleeps. The only limit of time ends a test that would hang for ever.
"""
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import threading

HANGS = 240  # seconds, of a test on a machine with everything else to do


class Watched:
    """A process of which every line that it prints is kept."""

    def __init__(self, test, command, folder, environment=None, standard_input=""):
        self.test = test
        self.command = command
        self.changed = threading.Condition()
        self.streams = {"stdout": "", "stderr": ""}
        # A session of its own: whatever it leaves behind can be found.
        self.process = subprocess.Popen(command, cwd=folder, env={**clean_environment(), **(environment or {})}, start_new_session=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        self.readers = [threading.Thread(target=self.read, args=(name, stream))
                        for name, stream in (("stdout", self.process.stdout), ("stderr", self.process.stderr))]
        for reader in self.readers:
            reader.start()
        self.process.stdin.write(standard_input)
        self.process.stdin.close()
        test.addCleanup(self.end)

    def read(self, name, stream):
        for line in stream:
            with self.changed:
                self.streams[name] += line
                self.changed.notify_all()
        stream.close()
        with self.changed:
            self.changed.notify_all()

    @property
    def stdout(self):
        return self.streams["stdout"]

    @property
    def stderr(self):
        return self.streams["stderr"]

    @property
    def output(self):
        return self.stdout + self.stderr

    def wait_for(self, pattern):
        """Until a line of either stream matches; fails if the process ends without one."""
        with self.changed:
            found = lambda: re.search(pattern, self.stdout) or re.search(pattern, self.stderr)  # noqa: E731
            over = lambda: not any(reader.is_alive() for reader in self.readers)  # noqa: E731
            self.changed.wait_for(lambda: found() or over(), timeout=HANGS)
            match = found()
        self.test.assertIsNotNone(match, f"no /{pattern}/ in what it printed:\n{self.output}")
        return match

    def send(self, number):
        self.process.send_signal(number)

    def exit_code(self):
        """Waits for the end; afterwards nothing of its session may be left."""
        code = self.process.wait(timeout=HANGS)
        for reader in self.readers:
            reader.join()
        with self.test.assertRaises(ProcessLookupError, msg="something is left running"):
            os.killpg(self.process.pid, 0)
        return code

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for reader in self.readers:
            reader.join()


class K6(Watched):
    """`arguments` follow the program's name; `files` are put into a new folder, where it runs."""

    program = None  # set by main

    def __init__(self, test, arguments, files=None, environment=None, folder=None, standard_input=""):
        if folder is None:
            kept = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
            test.addCleanup(kept.cleanup)
            folder = kept.name
        self.folder = folder
        for name, text in (files or {}).items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        super().__init__(test, [K6.program, *arguments], folder, environment, standard_input)

    def content(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def api(self):
        """The control API of a run with `--address 127.0.0.1:0 --verbose`."""
        return Api(int(self.wait_for(r"Started the REST API server.*127\.0\.0\.1:(\d+)").group(1)))


class Api:
    def __init__(self, port):
        self.port = port

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANGS)
        try:
            connection.request(method, path, body=body, headers={"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def status(self):
        status, body = self.call("GET", "/v1/status")
        assert status == 200, body
        return json.loads(body)["data"]["attributes"]

    def wait_for(self, condition):
        """Asks until the status is as wanted; each question waits for its answer, which is wait enough."""
        for _ in range(1_000_000):
            status = self.status()
            if condition(status):
                return status
        raise AssertionError(f"still {status}")

    def patch(self, **attributes):
        body = json.dumps({"data": {"attributes": attributes, "id": "default", "type": "status"}})
        return self.call("PATCH", "/v1/status", body)


def clean_environment():
    """Nobody's settings but the test's."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith("K6_") and name not in ("NO_COLOR", "XDG_CONFIG_HOME")} | {"HOME": "/nonexistent"}


class DemoServer(Watched):
    program = None  # set by main

    def __init__(self, test):
        super().__init__(test, [DemoServer.program], os.environ.get("TEST_TMPDIR"))
        self.url = self.wait_for(r"(?m)^(http://\S+)").group(1)

    def kill(self):
        self.send(signal.SIGKILL)
        self.process.wait()


def main(arguments):
    """`arguments`: K6 SERVER, then those of unittest."""
    import sys
    import unittest
    K6.program = os.path.abspath(arguments[1])
    DemoServer.program = os.path.abspath(arguments[2])
    unittest.main(module=sys.modules["__main__"], argv=arguments[:1] + arguments[3:], verbosity=1)
