"""A JupyterHub on loopback for tests, and what its users do there."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
import requests
import websocket

from autograder.grading.sandbox import SYSTEM, program
from guide import sections

PACKAGE = Path(__file__).parents[1]
PASSWORD = "only for this test"
#: The users that the guide takes as an example.
[USERS] = [block.text for block in sections()["On a JupyterHub"] if block.language == "toml"]
NAMES = [name for names in tomllib.loads(USERS).values() for name in names]


def proxy():
    """Return the folder of node packages with the hub's proxy in it."""
    found = PACKAGE.parent / "build" / "hub" / "node_modules"
    if not find_spec("jupyterhub"):
        pytest.skip("no jupyterhub in this environment: pip install -r requirements.txt")
    if not shutil.which("node"):
        pytest.skip("no node on this machine, so no proxy for the hub: apt-get install npm")
    if not (found / ".bin" / "configurable-http-proxy").exists():
        pytest.skip("the hub's proxy is not installed: make build/hub/node_modules")
    return found


def prepare(srv, copy_course):
    """Lay out what the guide has an administrator lay out: the course, the hub's state, homes."""
    (srv / "hub").mkdir(parents=True)
    (srv / "hub" / "users.toml").write_text(USERS)
    (srv / "hub" / "node_modules").symlink_to(proxy())
    copy_course(srv / "course")
    (srv / "course" / ".venv").symlink_to(sys.prefix)
    shutil.copytree(PACKAGE / "hub", srv / "course" / "autograder" / "hub")
    for private in ("build", "solutions"):
        (srv / "course" / private).chmod(0o700)


def own(srv):
    """Give users of the system their folders; return the lines of passwd that name them."""
    lines = ["root:x:0:0::/root:/bin/bash"]
    for uid, name in enumerate(NAMES, 20001):
        home = srv / "home" / name
        home.mkdir(parents=True, mode=0o700)
        os.chown(home, uid, uid)
        lines.append(f"{name}:x:{uid}:{uid}::/srv/home/{name}:/bin/bash")
    subprocess.run(["chown", "-R", "20001:20001", srv / "course"], check=True)
    return "\n".join(lines) + "\n"


def room(srv):
    """Return the words that run a command as root where /srv is a folder, with users of its own.

    The machine's own users, processes and files stay as they are, and all ends with the command.
    """
    passwd = srv.parent / "passwd"
    if not passwd.exists():
        passwd.write_text(own(srv))
    seen = sorted({Path(sys.prefix), Path(sys.base_prefix), PACKAGE, proxy()})
    parents = sorted({parent for path in seen for parent in path.parents} - {Path("/")})
    words = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", program(),
             "--cap-add", "ALL", "--tmpfs", "/", "--bind", "/proc", "/proc", "--dev", "/dev",
             "--perms", "1777", "--tmpfs", "/tmp", "--perms", "1777", "--tmpfs", "/dev/shm"]
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    for parent in parents:
        words += ["--perms", "0755", "--dir", str(parent)]
    for path in seen:
        words += ["--ro-bind", str(path), str(path)]
    return [*words, "--ro-bind", "/etc", "/etc", "--ro-bind", str(passwd), "/etc/passwd",
            "--bind", str(srv), "/srv", "--chdir", "/srv/hub"]


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0)))
                   for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


def has_users_of_its_own(srv):
    """Return whether this machine lets us run commands with users of their own."""
    if os.geteuid() != 0:
        return False
    done = subprocess.run([*room(srv), "setpriv", "--reuid", NAMES[0], "id", "-un"],
                          capture_output=True, text=True, timeout=60)
    return done.stdout.strip() == NAMES[0]


@contextlib.contextmanager
def running(srv, real_users):
    """Run the hub that the course's configuration describes; yield its address."""
    public, private, api = free_ports(3)
    place = Path("/srv") if real_users else srv
    command = [
        *(room(srv) if real_users else []), sys.executable, "-m", "jupyterhub",
        "-f", place / "course/autograder/hub/jupyterhub_config.py",
        f"--JupyterHub.bind_url=http://127.0.0.1:{public}",
        f"--JupyterHub.hub_bind_url=http://127.0.0.1:{private}",
        f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{api}",
        "--JupyterHub.authenticator_class=shared-password",
        f"--SharedPasswordAuthenticator.user_password={PASSWORD}",
        *([] if real_users else ["--JupyterHub.spawner_class=simple"])]
    log = srv.parent / "hub.log"
    with log.open("wb") as file:
        hub = subprocess.Popen(command, cwd=srv / "hub", stdout=file, stderr=file,
                               env=os.environ | {"PYTHONWARNINGS": "ignore"})
        try:
            address = f"http://127.0.0.1:{public}"
            wait_for(lambda: hub.poll() is not None or answers(f"{address}/hub/health"))
            assert hub.poll() is None, log.read_text()[-3000:]
            yield address
        finally:
            # A room's end is the end of all processes in it; else the hub ends its servers.
            hub.kill() if real_users else hub.terminate()
            hub.wait(60)


def answers(address):
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(address, timeout=5).ok


def wait_for(what, seconds=120):
    """Return what is said once it is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if said := what():
            return said
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


@dataclass
class User:
    """Somebody on the hub, signed in with a token, at their own server."""

    address: str
    name: str
    token: str = ""

    def sign_in(self):
        """Sign in with name and password, and have the server started if it is not."""
        said = requests.post(f"{self.address}/hub/api/users/{self.name}/tokens", timeout=60,
                             json={"auth": {"username": self.name, "password": PASSWORD}})
        assert said.ok, said.text
        self.token = said.json()["token"]
        said = self.ask("POST", f"/hub/api/users/{self.name}/server")
        assert said.ok or "already running" in said.text, said.text
        wait_for(lambda: self.ask("GET", f"/user/{self.name}/api/status").status_code == 200)
        return self

    def ask(self, method, path, **more):
        """Send a request to the hub, signed."""
        return requests.request(method, self.address + path, timeout=120, **more,
                                headers={"Authorization": f"token {self.token}"})

    def server(self, method, path, **more):
        """Send a request to one's own server and return what it answers."""
        said = self.ask(method, f"/user/{self.name}/{path}", **more)
        assert said.ok, said.text
        return said.json() if said.content else None

    def assignments(self, action, chapter):
        """Do what the buttons of JupyterLab's assignment list do."""
        return self.server("POST", f"assignments/{action}", json={
            "course_id": "cnn-layers", "assignment_id": chapter})["value"]

    def read(self, path):
        """Return a file's content."""
        return self.server("GET", f"api/contents/{path}?content=1")["content"]

    def write_notebook(self, path, notebook):
        self.server("PUT", f"api/contents/{path}", json={"type": "notebook", "content": notebook})

    def terminal(self, command, seconds=300):
        """Run a command in a terminal of JupyterLab; return its exit status and what it printed."""
        name = self.server("POST", "api/terminals")["name"]
        socket_ = websocket.create_connection(
            f"ws{self.address[4:]}/user/{self.name}/terminals/websocket/{name}",
            header=[f"Authorization: token {self.token}"], timeout=seconds)
        printed = ""
        with contextlib.closing(socket_):
            socket_.send(json.dumps(["stdin", f"{command}; echo status''=$?\r"]))
            while not (found := re.search(r"status=(\d+)", printed)):
                kind, *said = json.loads(socket_.recv())
                printed += said[0] if kind == "stdout" else ""
        self.server("DELETE", f"api/terminals/{name}")
        return int(found[1]), printed
