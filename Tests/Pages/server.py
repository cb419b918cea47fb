"""A server with runs to look at: made here by the command, or one that is already there."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request


class Server:
    """`kalsae serve` over a new folder with finished runs, a live one and a study.

    KALSAE_PAGES_URL names a server that is to be used instead.
    """

    def __init__(self):
        self.url = os.environ.get("KALSAE_PAGES_URL")
        self.processes = []
        if not self.url:
            self._start(os.environ.get("KALSAE", ".build/release/kalsae"))

    def _start(self, tool):
        self.tool = os.path.abspath(tool)
        self.folder = tempfile.mkdtemp(prefix="kalsae-pages-")
        self.environment = {**os.environ, "KALSAE_RUNS": os.path.join(self.folder, "runs")}
        for seed in range(4):
            self._run("train", "iris", "--network", "4-8-3", "--epochs", "12", "--seed", str(seed),
                      "--learning-rate", str(0.001 * (seed + 1)), "--name", f"sweep-{seed}",
                      "--tag", "sweep", "--output", f"sweep-{seed}.safetensors")
        self._run("train", "digits", "--network", "784-40-10", "--epochs", "6", "--name", "digits",
                  "--log-gradients", "--tag", "pinned", "--checkpoint-every", "60steps")
        self._run("steer", "digits", "branch", "120", "--set", "learningRate=3e-4",
                  "--name", "digits-slower")
        self._run("search", "iris", "--trials", "24", "--workers", "2")
        # Wide layers make steps slow enough to be steered between two of them.
        self._begin("train", "digits", "--network", "784-512-512-10", "--batch", "500", "--epochs",
                    "100000", "--patience", "0", "--name", "digits-live", "--log-gradients",
                    "--output", "live.safetensors",
                    "--checkpoint-every", "20steps", "--threads", "1")
        serve = self._begin("serve", "--port", "0", stdout=subprocess.PIPE)
        self.url = self._address(serve)

    def _run(self, *arguments):
        result = subprocess.run([self.tool, *arguments], cwd=self.folder, env=self.environment,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if result.returncode != 0:
            raise AssertionError(f"kalsae {' '.join(arguments)}: {result.stderr[-500:]}")

    def _begin(self, *arguments, stdout=subprocess.DEVNULL):
        process = subprocess.Popen([self.tool, *arguments], cwd=self.folder, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=stdout,
                                   stderr=subprocess.STDOUT, text=True)
        self.processes.append(process)
        return process

    @staticmethod
    def _address(process):
        for line in process.stdout:
            for word in line.split():
                if word.startswith("http://"):
                    return word.rstrip("/.,")
        raise AssertionError("kalsae serve: expected its address, it ended")

    def get(self, path):
        return json.load(urllib.request.urlopen(self.url + path))

    def run_named(self, name, seconds=20):
        """The key of a run; the live one comes when its training has begun."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for run in self.get(f"/api/runs?search={name}&limit=200")["runs"]:
                if run["name"] == name:
                    return run["key"]
            time.sleep(0.2)
        raise AssertionError(f"expected a run named {name}, found none")

    def end(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
        if self.processes:
            shutil.rmtree(self.folder, ignore_errors=True)
