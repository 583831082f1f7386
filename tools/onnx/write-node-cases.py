"""Writes the node cases of the ONNX standard, as the installed `onnx` package makes them, in the backend-test layout.

    python tools/onnx/write-node-cases.py DIRECTORY
    FLAXON_ONNX_NODE_CASES=DIRECTORY npx vitest run packages/runtime-onnx/test/evaluate

Newer `onnx` wheels hold the cases as programs and no longer as files; Debian's `libonnx-testdata` has those of 1.12 as files.
"""

import argparse
import pathlib

import numpy
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests


def message(value, info):
    """A tensor as bytes; None for sequences, optionals and maps, which the cases hold in other messages."""
    if not info.type.HasField("tensor_type"):
        return None
    if isinstance(value, onnx.TensorProto):
        return value.SerializeToString()
    return numpy_helper.from_array(numpy.asarray(value), info.name).SerializeToString()


def write(case, root):
    folder = root / case.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    graph = case.model.graph
    for i, (inputs, outputs) in enumerate(case.data_sets):
        data = folder / f"test_data_set_{i}"
        data.mkdir(exist_ok=True)
        for kind, values, infos in (("input", inputs, graph.input), ("output", outputs, graph.output)):
            for j, value in enumerate(values):
                found = message(value, infos[j])
                if found is not None:
                    (data / f"{kind}_{j}.pb").write_bytes(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    root = parser.parse_args().directory
    written, failed = 0, []
    for case in load_model_tests(kind="node"):
        try:
            write(case, root)
            written += 1
        except Exception as error:  # noqa: BLE001 - one case that a numpy version cannot make must not end the others
            failed.append(f"{case.name}: {error}")
    print(f"onnx {onnx.__version__}: {written} cases written, {len(failed)} could not be")
    for line in failed:
        print("  " + line)


main()
