"""The files of loadgen/distributed, run by the engines they are for: Open MPI, GNU parallel, and a Slurm cluster of three
nodes on loopback. Kubernetes' manifest is only read. usage: ci/distributed"""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
import shards  # noqa: E402
from support import PATIENCE, echo, folder, free_port, run  # noqa: E402

FILES = os.path.join(ROOT, "loadgen", "distributed")
# Root and a machine with fewer processors than processes are no reason for Open MPI to refuse here.
MPIRUN = ("--allow-run-as-root --oversubscribe --mca btl self,tcp --mca btl_tcp_if_include lo "
          "--mca oob_tcp_if_include lo --mca plm isolated")


class Scripts(unittest.TestCase):
    def run_script(self, script, world, **variables):
        with echo() as url, folder() as where:
            environment = {**shards.environment(), "SHARDS": where, "BARRIER": f"127.0.0.1:{free_port()}", **variables}
            result = run(os.path.join(FILES, script), str(world), url, *shards.LOAD, env=environment)
            self.assertIn(result.returncode, (0, 1), result.stderr)
            whole = shards.check_sum(self, where, world)
            self.assertEqual(result.returncode, shards.expected_code(whole), result.stdout + result.stderr)
            print(result.stdout)

    def test_open_mpi(self):
        self.run_script("mpirun.sh", 3, MPIRUN_OPTIONS=MPIRUN)

    def test_gnu_parallel(self):
        self.run_script("parallel.sh", 4)


SLURM_CONF = """\
ClusterName=wsrig
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={first_node}
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.sock
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/run/ctld.pid
SlurmdPidFile={folder}/run/slurmd.%n.pid
SlurmctldLogFile={folder}/log/ctld.log
SlurmdLogFile={folder}/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=n[1-3] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{first_node}-{last_node}] CPUs=2 RealMemory=500 State=UNKNOWN
PartitionName=load Nodes=n[1-3] Default=YES MaxTime=10 State=UP
"""


class Cluster:
    """Three slurmd and their controller; all of it lies in one folder and ends by process id."""

    def __init__(self, where):
        self.folder = where
        self.environment = {**shards.environment(), "SLURM_CONF": os.path.join(where, "slurm.conf")}

    def write_files(self):
        os.chmod(self.folder, 0o755)
        for name in ("run", "state", "spool", "log"):
            os.mkdir(os.path.join(self.folder, name))
        os.mkdir(os.path.join(self.folder, "munge"), 0o700)
        key = os.open(os.path.join(self.folder, "munge", "key"), os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(key, os.urandom(1024))
        os.close(key)
        first_node = free_port_row(4)
        with open(self.environment["SLURM_CONF"], "w", encoding="utf-8") as file:
            file.write(SLURM_CONF.format(host=socket.gethostname(), folder=self.folder, port=first_node + 3,
                                         first_node=first_node, last_node=first_node + 2))

    def start(self):
        self.write_files()
        self.command("munged", "--key-file=munge/key", "--socket=run/munge.sock", "--pid-file=run/munged.pid",
                     "--log-file=log/munged.log", "--seed-file=munge/seed", "--num-threads=2")
        self.command("slurmctld", "-c")
        for node in ("n1", "n2", "n3"):
            self.command("slurmd", "-N", node)
        deadline = time.monotonic() + 60
        while self.command("sinfo", "-h", "-t", "idle", "-o", "%D").stdout.strip() != "3":
            if time.monotonic() > deadline:
                raise AssertionError(self.logs())
            time.sleep(0.2)

    def command(self, name, *arguments):
        path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
        arguments = [re.sub(r"=(?=(munge|run|log)/)", f"={self.folder}/", argument) for argument in arguments]
        return run(path, *arguments, env=self.environment, check=0)

    def logs(self):
        texts = []
        for entry in os.scandir(os.path.join(self.folder, "log")):
            with open(entry.path, encoding="utf-8") as file:
                texts.append(file.read()[-2000:])
        return "\n".join(texts)

    def stop(self):
        for entry in os.scandir(os.path.join(self.folder, "run")):
            if entry.name.endswith(".pid"):
                with open(entry.path, encoding="ascii") as file, contextlib.suppress(ProcessLookupError, ValueError):
                    stop_process(int(file.read()))


def stop_process(pid):
    """SIGTERM, and SIGKILL to what does not heed it."""
    os.kill(pid, 15)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        os.kill(pid, 0)
        time.sleep(0.05)
    os.kill(pid, 9)


def free_port_row(count):
    """The first of several free ports that follow each other."""
    while True:
        first = free_port()
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + count):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first


@unittest.skipUnless(os.geteuid() == 0, "slurmd wants to be root")
class Slurm(unittest.TestCase):
    def test_sbatch_on_three_nodes(self):
        with folder() as where, contextlib.ExitStack() as stack:
            cluster = Cluster(where)
            stack.callback(cluster.stop)
            cluster.start()
            with echo() as url, folder() as documents:
                os.chmod(documents, 0o755)
                cluster.environment |= {"SHARDS": documents, "BARRIER": f"127.0.0.1:{free_port()}"}
                output = os.path.join(documents, "job.out")
                result = subprocess.run(["sbatch", "--wait", "--output", output, os.path.join(FILES, "slurm.sbatch"), url,
                                         *shards.LOAD], env=cluster.environment, capture_output=True, text=True,
                                        timeout=PATIENCE, check=False)
                with open(output, encoding="utf-8") as file:
                    text = file.read()
                self.assertIn(result.returncode, (0, 1), result.stderr + text + cluster.logs())
                whole = shards.check_sum(self, documents, 3)
                self.assertEqual(result.returncode, shards.expected_code(whole), text)
                self.assertEqual({shard["world"] for shard in whole["shards"]}, {3})
                print(text)


class Kubernetes(unittest.TestCase):
    def test_the_manifest_is_well_formed_and_consistent(self):
        import yaml
        with open(os.path.join(FILES, "kubernetes.yaml"), encoding="utf-8") as file:
            documents = {(document["kind"], document["metadata"]["name"]): document for document in yaml.safe_load_all(file)}
        load = documents["Job", "wsrig-load"]["spec"]
        pod = load["template"]["spec"]
        container = pod["containers"][0]
        world = int(next(entry["value"] for entry in container["env"] if entry["name"] == "WSRIG_WORLD"))
        self.assertEqual((load["completionMode"], load["completions"], load["parallelism"]), ("Indexed", world, world))
        service = documents["Service", pod["subdomain"]]
        self.assertEqual(service["spec"]["clusterIP"], "None")
        self.assertEqual(service["spec"]["selector"], {"job-name": "wsrig-load"})
        self.assertIn("--barrier=wsrig-load-0.wsrig-load:9400", container["args"])
        self.assertIn(("PersistentVolumeClaim", pod["volumes"][0]["persistentVolumeClaim"]["claimName"]), documents)
        # What the container is started with, wsrig-load understands: only the subject is out of reach.
        refused = run(shutil.which(container["command"][0], path=shards.environment()["PATH"]),
                      *[argument.replace("/shards", "/nonexistent/shards") for argument in container["args"]],
                      env={"WSRIG_WORLD": str(world), "JOB_COMPLETION_INDEX": "5"}, check=2)
        self.assertIn("shard 5 (from 0) of 3", refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
