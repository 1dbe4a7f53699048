"""Models as plain Python values, and writing them as .tflite files by way of flatc and this project's schema.

A document is flatc's JSON form of a model: dictionaries, lists and numbers named as in
compiler/formats/tflite/schema.fbs. `Builder` makes the usual ones; anything odd can be written out by hand.
There is no way back here: flatc prints floats with six decimals, which is not enough for a scale.
"""

import json
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "compiler/formats/tflite/schema.fbs"

_DTYPES = {
    "FLOAT32": "<f4", "INT8": "i1", "UINT8": "u1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8",
}  # fmt: skip

# operator -> (number, options table): what our own models and the tests need.
_OPERATORS = {
    "ADD": (0, "AddOptions"),
    "AVERAGE_POOL_2D": (1, "Pool2DOptions"),
    "CONCATENATION": (2, "ConcatenationOptions"),
    "CONV_2D": (3, "Conv2DOptions"),
    "DEPTHWISE_CONV_2D": (4, "DepthwiseConv2DOptions"),
    "FULLY_CONNECTED": (9, "FullyConnectedOptions"),
    "RESHAPE": (22, "ReshapeOptions"),
    "SOFTMAX": (25, "SoftmaxOptions"),
    "CUSTOM": (32, None),
    "STRIDED_SLICE": (45, "StridedSliceOptions"),
    "GATHER_ND": (107, "GatherNdOptions"),
    "CALL_ONCE": (129, "CallOnceOptions"),
    "RFFT2D": (131, "Rfft2dOptions"),
    "VAR_HANDLE": (142, "VarHandleOptions"),
    "READ_VARIABLE": (143, "ReadVariableOptions"),
    "ASSIGN_VARIABLE": (144, "AssignVariableOptions"),
}


def _flatc(*arguments):
    executable = shutil.which("flatc")
    if executable is None:
        raise SystemExit("flatc is not installed (Debian: flatbuffers-compiler)")
    subprocess.run([executable, *map(str, arguments)], check=True)


def write(document, path):
    """Writes a document as a .tflite file. The same document gives the same bytes."""
    path = pathlib.Path(path)
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "model.json"
        source.write_text(json.dumps(document))
        _flatc("--binary", "-o", folder, SCHEMA, source)
        path.write_bytes(source.with_suffix(".tflite").read_bytes())


def dtype(tensor):
    return np.dtype(_DTYPES[tensor["type"]])


def constant(document, tensor):
    """The value of a constant tensor, or None for one that is computed."""
    data = document["buffers"][tensor["buffer"]].get("data")
    if not data:
        return None
    return np.array(data, np.uint8).view(dtype(tensor)).reshape(tensor.get("shape", []))


def operator_name(document, operator):
    """The larger of the old and the new number decides; an absent one is 0."""
    code = document["operator_codes"][operator["opcode_index"]]
    numbers = [code.get("deprecated_builtin_code", 0), _OPERATORS[code.get("builtin_code", "ADD")][0]]
    return next(name for name, (number, _) in _OPERATORS.items() if number == max(numbers))


class Builder:
    """Collects the tensors and operators of a model, of one subgraph unless `subgraph` is called."""

    def __init__(self, description):
        self.document = {
            "version": 3,
            "operator_codes": [],
            "subgraphs": [],
            "description": description,
            "buffers": [{}],
        }
        self.subgraph("main")

    def subgraph(self, name):
        """Starts a subgraph; what is added from here on belongs to it."""
        self.graph = {"tensors": [], "inputs": [], "outputs": [], "operators": [], "name": name}
        self.document["subgraphs"].append(self.graph)

    def tensor(self, name, shape, dtype_name, scale=None, zero_point=None, quantized_dimension=0, value=None):
        """Adds a tensor and returns its index; `scale` is a number, or a sequence: one for each channel."""
        tensor = {"shape": [int(size) for size in shape], "type": dtype_name, "buffer": 0, "name": name}
        if scale is not None:
            scales = np.atleast_1d(np.asarray(scale, np.float32))
            zero_points = np.zeros(len(scales), np.int64) if zero_point is None else np.atleast_1d(zero_point)
            tensor["quantization"] = {
                "scale": [float(number) for number in scales],
                "zero_point": [int(number) for number in zero_points],
            }
            if len(scales) > 1:
                tensor["quantization"]["quantized_dimension"] = quantized_dimension
        if value is not None:
            data = np.ascontiguousarray(value, _DTYPES[dtype_name]).tobytes()
            tensor["buffer"] = len(self.document["buffers"])
            self.document["buffers"].append({"data": list(data)})
        self.graph["tensors"].append(tensor)
        return len(self.graph["tensors"]) - 1

    def operator(self, name, inputs, outputs, version=1, custom_code=None, **options):
        """Adds an operator; `options` are the fields of its options table; `custom_code` names a CUSTOM."""
        number, table = _OPERATORS[name]
        code = {"deprecated_builtin_code": min(number, 127), "version": version, "builtin_code": name}
        if custom_code is not None:
            code["custom_code"] = custom_code
        if code not in self.document["operator_codes"]:
            self.document["operator_codes"].append(code)
        operator = {
            "opcode_index": self.document["operator_codes"].index(code),
            "inputs": list(inputs),
            "outputs": list(outputs),
        }
        if table is not None:
            operator |= {"builtin_options_type": table, "builtin_options": options}
        self.graph["operators"].append(operator)

    def finish(self, inputs, outputs):
        """Names the inputs and outputs of the current subgraph and returns the document."""
        self.graph["inputs"], self.graph["outputs"] = list(inputs), list(outputs)
        return self.document
