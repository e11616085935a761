"""Checks the manifest for `cargo binstall` and the SBOM of a release: FOLDER VERSION TARGET"""

import json
import sys
import tarfile
import tomllib
from pathlib import Path

folder, version, target = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

manifest = tomllib.loads((folder / "binstall.toml").read_text(encoding="utf-8"))
assert manifest["package"]["name"] == "lagoon-tasks"
assert manifest["workspace"]["package"]["version"] == version
binstall = manifest["package"]["metadata"]["binstall"]


def fill(template):
    """What cargo binstall makes of a template."""
    values = {
        "version": version,
        "target": target,
        "archive-suffix": ".tar.gz",
        "bin": "tasks",
        "binary-ext": "",
    }
    for name, value in values.items():
        template = template.replace("{ " + name + " }", value)
    assert "{" not in template, template
    return template


url = fill(binstall["pkg-url"])
base, name = url.rsplit("/", 1)
assert base == f"https://git.example.com/tasks/releases/download/v{version}", url
assert binstall["pkg-fmt"] == "tgz"
with tarfile.open(folder / name) as archive:
    program = archive.getmember(fill(binstall["bin-dir"]))
assert program.isfile() and program.mode & 0o111
print(f"cargo binstall: {url} has {program.name}")

sbom = json.loads((folder / f"tasks-{version}.cdx.json").read_text(encoding="utf-8"))
assert sbom["bomFormat"] == "CycloneDX"
assert sbom["metadata"]["component"]["name"] == "lagoon-tasks"
assert sbom["metadata"]["component"]["version"] == version
names = {component["name"] for component in sbom["components"]}
assert {"reqwest", "rustls", "lagoon-sandbox"} <= names, names
print(f"SBOM: {len(names)} packages")
