"""Runs test cases in ONNX's backend-test layout on the Python package of ONNX Runtime, and checks their models with the `onnx` package.

    python tools/onnx/check-cases.py DIRECTORY... [--provider cpu|cuda] [--checker] [--opset-limit N] [--json FILE]

A case is a folder with `model.onnx` and `test_data_set_0/input_0.pb`, `output_0.pb`, ... (`saveTestCase` writes such); directories are searched for
them. Printed for each case: the largest difference between found and expected outputs (relative to the larger of 1 and the expected number), the latency
of a run, beside it the CPU's where another provider runs, and which nodes fell back to the CPU. The status is 1 where a case differs, fails or is
refused by the checker. Needs `onnx`, `numpy`, and `onnxruntime` or `onnxruntime-gpu`.
"""

import argparse
import collections
import json
import pathlib
import sys
import tempfile
import time

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper

PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}

# How far a provider may be off, relative: a few units in the last place after some layers.
TOLERANCES = {"float64": 1e-9, "float32": 1e-4, "float16": 1e-2, "bfloat16": 5e-2}


def tensors(folder, kind):
    found = []
    while (path := folder / f"{kind}_{len(found)}.pb").exists():
        message = onnx.TensorProto()
        message.ParseFromString(path.read_bytes())
        found.append((message.name, numpy_helper.to_array(message)))
    return found


def difference(found, expected):
    """(largest difference, whether it is small enough)."""
    if found.dtype != expected.dtype or found.shape != expected.shape:
        return numpy.inf, False
    if found.size == 0:
        return 0.0, True
    if not numpy.issubdtype(found.dtype, numpy.floating):
        same = bool(numpy.array_equal(found, expected))
        return (0.0, True) if same else (float(numpy.max(numpy.abs(found.astype(numpy.float64) - expected.astype(numpy.float64)))), False)
    x, y = found.astype(numpy.float64), expected.astype(numpy.float64)
    same = (x == y) | (numpy.isnan(x) & numpy.isnan(y))
    with numpy.errstate(invalid="ignore"):
        error = numpy.where(same, 0.0, numpy.abs(x - y) / numpy.maximum(1.0, numpy.abs(y)))
    largest = float(numpy.max(numpy.where(numpy.isnan(error), numpy.inf, error)))
    return largest, largest <= TOLERANCES.get(str(found.dtype), 1e-4)


def session_of(model, provider, profile=None):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    if profile is not None:
        options.enable_profiling = True
        options.profile_file_prefix = profile
    return onnxruntime.InferenceSession(str(model), options, providers=[PROVIDERS[provider]] + ([PROVIDERS["cpu"]] if provider != "cpu" else []))


def fallen_back(model, provider, feeds):
    """Operators of the nodes that ran on the CPU although another provider was asked for, with their number: read from a profile."""
    if provider == "cpu":
        return {}
    with tempfile.TemporaryDirectory() as folder:
        session = session_of(model, provider, str(pathlib.Path(folder) / "profile"))
        session.run(None, feeds)
        events = json.loads(pathlib.Path(session.end_profiling()).read_text())
    kernels = [event for event in events if event.get("cat") == "Node" and event["name"].endswith("_kernel_time")]
    on_cpu = {event["name"]: event["args"]["op_name"] for event in kernels if event["args"].get("provider") == PROVIDERS["cpu"]}
    return dict(collections.Counter(on_cpu.values()))


def latency(session, feeds, seconds=0.2):
    """The median of runs within some time, in milliseconds."""
    for _ in range(2):
        session.run(None, feeds)
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        begin = time.perf_counter()
        session.run(None, feeds)
        times.append(time.perf_counter() - begin)
        if len(times) >= 200:
            break
    return 1e3 * float(numpy.median(times))


def check(path):
    """What the official checker and strict shape inference say; empty where nothing is wrong."""
    try:
        onnx.checker.check_model(str(path), full_check=True)
        model = onnx.load(str(path), load_external_data=False)
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    except Exception as error:  # noqa: BLE001 - whatever it says is the result
        return str(error).strip().splitlines()[0]
    return ""


def run(folder, provider):
    model = folder / "model.onnx"
    session = session_of(model, provider)
    worst, is_close, first = 0.0, True, None
    for data in sorted(folder.glob("test_data_set_*")):
        feeds = dict(tensors(data, "input"))
        first = feeds if first is None else first
        expected = tensors(data, "output")
        found = session.run([name for name, _ in expected], feeds)
        for value, (_, wanted) in zip(found, expected):
            error, fits = difference(value, wanted)
            worst, is_close = max(worst, error), is_close and fits
    times = {provider: latency(session, first)}
    if provider != "cpu":
        times["cpu"] = latency(session_of(model, "cpu"), first)
    return {"difference": worst, "agrees": is_close, "milliseconds": times, "on_cpu": fallen_back(model, provider, first)}


def report(name, result, width):
    if "error" in result:
        line = f"FAILED  {result['error']}"
    else:
        times = "  ".join(f"{provider} {milliseconds:.3f} ms" for provider, milliseconds in result["milliseconds"].items())
        back = ", ".join(f"{count} {operator}" for operator, count in sorted(result["on_cpu"].items()))
        line = f"{'agrees' if result['agrees'] else 'DIFFERS'}  {result['difference']:.2e}  {times}" + (f"  on the CPU: {back}" if back else "")
    print(f"{name:{width}}  {line}" + (f"  CHECKER: {result['checker']}" if result.get("checker") else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", type=pathlib.Path, metavar="DIRECTORY")
    parser.add_argument("--provider", choices=PROVIDERS, default="cpu")
    parser.add_argument("--checker", action="store_true", help="the official checker with full_check, and strict shape inference")
    parser.add_argument("--opset-limit", type=int, default=None, help="passes over models of newer opsets, which this ONNX Runtime may not know")
    parser.add_argument("--json", type=pathlib.Path, default=None, help="a file for the results")
    options = parser.parse_args()
    if PROVIDERS[options.provider] not in onnxruntime.get_available_providers():
        sys.exit(f"the provider {PROVIDERS[options.provider]} is not in this ONNX Runtime; available: {', '.join(onnxruntime.get_available_providers())}")
    cases = sorted({path.parent for directory in options.directories for path in directory.rglob("model.onnx")})
    if not cases:
        sys.exit("no case found: expected folders with model.onnx")
    print(f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}, {options.provider}, one thread, {len(cases)} cases")
    width = max(len(case.name) for case in cases)
    results = {}
    for case in cases:
        opsets = {entry.domain: entry.version for entry in onnx.load(str(case / "model.onnx"), load_external_data=False).opset_import}
        if options.opset_limit is not None and opsets.get("", 0) > options.opset_limit:
            continue
        try:
            result = run(case, options.provider)
        except Exception as error:  # noqa: BLE001 - a case that fails must not end the others
            result = {"error": str(error).strip().splitlines()[0]}
        if options.checker:
            result["checker"] = check(case / "model.onnx")
        results[str(case)] = result
        report(case.name, result, width)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    good = sum(1 for result in results.values() if result.get("agrees"))
    refused = sum(1 for result in results.values() if result.get("checker"))
    print(f"{good} of {len(results)} agree" + (f", {refused} refused by the checker" if options.checker else ""))
    sys.exit(0 if good == len(results) and refused == 0 else 1)


main()
