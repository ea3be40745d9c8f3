"""Runs a checkout of splitwise-sim (ISCA 2024) on given arrivals: splitwise_sim.py CHECKOUT ARRIVALS.csv REPLICAS

Stands in for its entry point, whose configuration library Debian does not package: the few functions that the simulator takes from there
are defined here, the configuration is put together from the checkout's own files. Needs Python's numpy, pandas, scipy, networkx, requests and
omegaconf, as Debian packages them. One replica is one dgx-h100 server that runs Llama-2-70B with eight-way tensor parallelism, with the
simulator's own mixed batching ("baseline") and its measured step times.

Prints one line: requests completed, virtual seconds, seconds of processor time and of wall time for reading and simulating,
without imports.
"""

import csv
import importlib
import os
import random
import sys
import tempfile
import time
import types

from omegaconf import DictConfig, ListConfig, OmegaConf


def instantiate(config, **extra):
    """Creates what a configuration's _target_ names, its nested ones first."""
    values = {}
    for key, value in config.items():
        if key != "_target_":
            values[key] = made(value)
    values.update(extra)
    module, name = config["_target_"].rsplit(".", 1)
    return getattr(importlib.import_module(module), name)(**values)


def made(value):
    if isinstance(value, DictConfig) and "_target_" in value:
        return instantiate(value)
    if isinstance(value, ListConfig):
        return [made(item) for item in value]
    return value


def stand_in(checkout):
    """Puts the configuration library's few functions where the simulator imports them from."""
    utils = types.ModuleType("hydra.utils")
    utils.instantiate = instantiate
    utils.get_original_cwd = lambda: checkout
    utils.to_absolute_path = lambda path: os.path.join(checkout, path)
    hydra = types.ModuleType("hydra")
    hydra.utils = utils
    hydra.main = lambda **_: lambda function: function
    sys.modules["hydra"], sys.modules["hydra.utils"] = hydra, utils
    sys.path.insert(0, checkout)


def configuration(checkout, trace, replicas):
    def part(path):
        loaded = OmegaConf.load(os.path.join(checkout, "configs", path + ".yaml"))
        if isinstance(loaded, DictConfig):
            loaded.pop("defaults", None)
        return loaded

    router = part("router/noop")
    router.overheads = part("router/overheads/zero")
    applications = part("applications/solo")
    applications[0].update({"model_architecture": "llama2-70b", "model_size": "llama2-70b-fp16", "scheduler": "token_jsq"})
    config = OmegaConf.create({
        "cluster": part("cluster/dgx-h100"),
        "router": router,
        "arbiter": part("arbiter/noop"),
        "hardware_repo": part("hardware_repo/default"),
        "model_repo": part("model_repo/default"),
        "orchestrator_repo": part("orchestrator_repo/default"),
        "performance_model": part("performance_model/db"),
        "power_model": part("power_model/constant"),
        "applications": applications,
        "start_state": part("start_state/baseline"),
        "trace": {"path": trace},
        "end_time": 1e9,
        "debug": False,
        "seed": 0,
    })
    for server in config.cluster.servers:
        server.count = replicas if server.sku == "dgx-h100" else 0
    return config


def convert(arrivals, trace):
    """Writes the arrivals in the simulator's columns; returns how many there are."""
    with open(arrivals, newline="", encoding="ascii") as source, open(trace, "w", newline="", encoding="ascii") as target:
        writer = csv.writer(target)
        writer.writerow(["request_id", "request_type", "application_id", "arrival_timestamp", "batch_size", "prompt_size", "token_size"])
        count = 0
        for count, row in enumerate(csv.DictReader(source), 1):
            writer.writerow([count - 1, 2, 0, row["arrival_s"], 1, row["prompt_tokens"], row["output_tokens"]])
    return count


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: splitwise_sim.py CHECKOUT ARRIVALS.csv REPLICAS")
    checkout, arrivals, replicas = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), int(sys.argv[3])
    if not os.path.exists(os.path.join(checkout, "simulator.py")):
        sys.exit(f"{checkout} is no checkout of splitwise-sim: it has no simulator.py.")
    stand_in(checkout)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        trace = os.path.join(folder, "trace.csv")
        count = convert(arrivals, trace)
        run, simulator = importlib.import_module("run"), importlib.import_module("simulator")
        random.seed(0)
        began, cpu_began = time.perf_counter(), time.process_time()
        run.run_simulation(configuration(checkout, trace, replicas))
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
        with open(os.path.join("detailed", "0.csv"), newline="", encoding="ascii") as results:
            completed = sum(1 for _ in csv.DictReader(results))
        os.chdir(checkout)
    if completed != count:
        sys.exit(f"{completed} of {count} requests were completed.")
    print(f"requests={completed} virtual_s={simulator.clock():.1f} cpu_s={cpu_seconds:.3f} wall_s={seconds:.3f}")


if __name__ == "__main__":
    main()
