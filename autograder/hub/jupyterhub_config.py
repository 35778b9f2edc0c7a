"""JupyterHub for the course, started in the folder that holds the hub's state.

That folder has ``users.toml`` (the names of ``instructors`` and ``learners``) and the proxy in
``node_modules``; the hub adds its database, its cookie secret and nbgrader's exchange. Users are
those of the system, with the system's passwords, unless other classes are named on the command
line.
"""

import sys
import tomllib
from pathlib import Path

HUB = Path(__file__).resolve().parent
COURSE = HUB.parents[1]
STATE = Path.cwd()
TOOLS = Path(sys.executable).parent
users = tomllib.loads((STATE / "users.toml").read_text(encoding="utf-8"))

exchange = STATE / "exchange"
exchange.mkdir(exist_ok=True)
exchange.chmod(0o1777)  # Everybody writes, as nbgrader needs it; nobody removes another's.
(STATE / "jupyterhub.sqlite").touch(0o600)

c = get_config()  # noqa: F821  (JupyterHub provides it)
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.ConfigurableHTTPProxy.command = [str(STATE / "node_modules/.bin/configurable-http-proxy")]
c.Authenticator.allowed_users = {*users["instructors"], *users["learners"]}

c.Spawner.cmd = [str(TOOLS / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "PATH": f"{TOOLS}:/usr/local/bin:/usr/bin:/bin",
    "COURSE_EXCHANGE": str(exchange),
    "JUPYTER_CONFIG_PATH": f"{HUB / 'learner'}:{HUB}",
}
# To try the hub as one user, who may be root.
c.SimpleLocalProcessSpawner.home_dir_template = str(STATE / "home" / "{username}")
c.SimpleLocalProcessSpawner.args = ["--allow-root"]


def open_the_course(spawner) -> None:
    """Let an instructor's server work in the course's folder."""
    if spawner.user.name in users["instructors"]:
        spawner.notebook_dir = str(COURSE)
        spawner.environment = spawner.environment | {"JUPYTER_CONFIG_PATH": str(HUB)}


c.Spawner.pre_spawn_hook = open_the_course
