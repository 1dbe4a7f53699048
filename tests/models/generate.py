#!/usr/bin/python3
"""Writes the small .tflite files of this folder, and manifest.json, which says what is to become of each.

Each function below makes one model and is named like its file; its docstring is the reason, and goes to the
manifest. Models that are to compile come with inputs (NAME.in0.bin, ...) and the outputs that they give
(NAME.out0.bin, ...), samples back to back.
"""

import json
import pathlib
import sys
import zlib

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1] / "models"))

from common import integer_inference, tflite_file  # first: it fixes numpy's threads
from common.tflite_file import Builder

import numpy as np

SAMPLES = 8
WEIGHTS = 2  # the number of that tensor in one_dense, where x is 0 and y is 1
RUNS, MALFORMED, UNSUPPORTED = [], [], []


def runs(make):
    """make(random) -> document, or (document, function from a list of inputs to the list of outputs)."""
    RUNS.append(make)
    return make


def malformed(make):
    """make(random) -> document or the bytes of a file that no reader may accept."""
    MALFORMED.append(make)
    return make


def unsupported(*mentions):
    """make(random) -> document of a sound model that cannot be compiled; diagnostics contain `mentions`."""

    def register(make):
        UNSUPPORTED.append((make, mentions))
        return make

    return register


def bytes_of(document):
    path = FOLDER / "temporary.tflite"
    tflite_file.write(document, path)
    data = path.read_bytes()
    path.unlink()
    return data


def int8(random, *shape):
    return random.integers(-127, 128, shape).astype(np.int8)


def activation(builder, name, shape, scale=0.05, zero_point=3):
    return builder.tensor(name, shape, "INT8", scale, zero_point)


def weights(builder, random, name, shape, scale=0.004, dimension=0):
    return builder.tensor(name, shape, "INT8", scale, None, dimension, int8(random, *shape))


def bias(builder, random, name, count, scale=0.0002):
    return builder.tensor(name, [count], "INT32", scale, value=random.integers(-900, 900, count))


def dense(builder, random, source, inputs, outputs, name="dense", **options):
    """A FULLY_CONNECTED with bias; gives its output tensor."""
    output = activation(builder, name, [1, outputs])
    source_scale = np.float32(builder.graph["tensors"][source]["quantization"]["scale"][0])
    operands = [
        source,
        weights(builder, random, name + "/weights", [outputs, inputs]),
        bias(builder, random, name + "/bias", outputs, source_scale * np.float32(0.004)),
    ]
    builder.operator("FULLY_CONNECTED", operands, [output], version=4, **options)
    return output


def one_dense(random, inputs=4, outputs=3):
    """The plain model that many others spoil."""
    builder = Builder("one fully connected layer")
    x = activation(builder, "x", [1, inputs])
    return builder.finish([x], [dense(builder, random, x, inputs, outputs, "y")])


def tensors(document):
    return document["subgraphs"][0]["tensors"]


def operators(document):
    return document["subgraphs"][0]["operators"]


# ---- sound models with odd corners ----


@runs
def absent_bias(random):
    """The optional bias is given as tensor -1."""
    document = one_dense(random)
    operators(document)[0]["inputs"][2] = -1
    return document


@runs
def two_operands(random):
    """The optional bias is left out of the list of inputs."""
    document = one_dense(random)
    operators(document)[0]["inputs"].pop()
    return document


@runs
def absent_options(random):
    """An operator without an options table: every option has its default."""
    document = one_dense(random)
    del operators(document)[0]["builtin_options_type"], operators(document)[0]["builtin_options"]
    return document


@runs
def empty_constant(random):
    """RESHAPE to a scalar: the new shape is a constant of shape [0] without bytes, the output has none."""
    builder = Builder("reshape to a scalar")
    x = activation(builder, "x", [1, 4])
    y = dense(builder, random, x, 4, 1)
    scalar = activation(builder, "scalar", [])
    del builder.graph["tensors"][scalar]["shape"]
    shape = builder.tensor("shape", [0], "INT32")
    builder.operator("RESHAPE", [y, shape], [scalar])
    return builder.finish([x], [scalar])


@runs
def shared_buffer(random):
    """Two weight tensors share one buffer and differ in their scales."""
    builder = Builder("two layers on the same bytes")
    x = activation(builder, "x", [1, 4])
    first = weights(builder, random, "first", [4, 4], 0.004)
    second = builder.tensor("second", [4, 4], "INT8", 0.009, 0)
    builder.graph["tensors"][second]["buffer"] = builder.graph["tensors"][first]["buffer"]
    hidden, y = activation(builder, "hidden", [1, 4]), activation(builder, "y", [1, 4])
    builder.operator("FULLY_CONNECTED", [x, first, -1], [hidden], version=4)
    builder.operator("FULLY_CONNECTED", [hidden, second, -1], [y], version=4)
    return builder.finish([x], [y])


@runs
def free_batch(random):
    """shape says batch 1, shape_signature says that it is free."""
    document = one_dense(random)
    for tensor in tensors(document):
        if tensor["name"] in ("x", "y"):
            tensor["shape_signature"] = [-1, *tensor["shape"][1:]]
    return document


@runs
def depthwise_multiplier_2(random):
    """Each input channel makes two output channels; depth_multiplier is absent, as some writers leave it."""
    builder = Builder("depthwise convolution with multiplier 2")
    x = activation(builder, "x", [1, 5, 4, 3])
    y = activation(builder, "y", [1, 5, 4, 6], 0.09)
    scales = random.uniform(0.002, 0.006, 6)
    operands = [
        x,
        weights(builder, random, "weights", [1, 3, 3, 6], scales, 3),
        bias(builder, random, "bias", 6, np.float32(0.05) * scales.astype(np.float32)),
    ]
    options = {"padding": "SAME", "stride_h": 1, "stride_w": 1, "fused_activation_function": "RELU6"}
    builder.operator("DEPTHWISE_CONV_2D", operands, [y], version=3, **options)
    return builder.finish([x], [y])


@runs
def dilated_convolution(random):
    """Dilation 2 along one axis, strides that differ, VALID."""
    builder = Builder("dilated convolution")
    x = activation(builder, "x", [1, 9, 8, 2])
    y = activation(builder, "y", [1, 5, 3, 3], 0.09)
    operands = [x, weights(builder, random, "weights", [3, 3, 3, 2]), bias(builder, random, "bias", 3)]
    options = {"padding": "VALID", "stride_h": 1, "stride_w": 2}
    builder.operator("CONV_2D", operands, [y], version=3, dilation_h_factor=2, **options)
    return builder.finish([x], [y])


@runs
def dense_rank_4(random):
    """FULLY_CONNECTED flattens an input of rank 4."""
    document = one_dense(random, 24, 5)
    tensors(document)[0]["shape"] = [1, 2, 3, 4]
    return document


@runs
def dense_per_channel(random):
    """FULLY_CONNECTED with one weight scale for each output."""
    builder = Builder("fully connected, a scale for each output")
    x = activation(builder, "x", [1, 7])
    y = activation(builder, "y", [1, 5])
    scales = random.uniform(0.002, 0.006, 5)
    operands = [
        x,
        weights(builder, random, "weights", [5, 7], scales),
        bias(builder, random, "bias", 5, np.float32(0.05) * scales.astype(np.float32)),
    ]
    builder.operator("FULLY_CONNECTED", operands, [y], version=5)
    return builder.finish([x], [y])


@runs
def old_operator_code(random):
    """Only deprecated_builtin_code names the operator, as files of before 2020 do."""
    document = one_dense(random)
    del document["operator_codes"][0]["builtin_code"]
    return document


@runs
def new_operator_code(random):
    """Only builtin_code names the operator."""
    document = one_dense(random)
    del document["operator_codes"][0]["deprecated_builtin_code"]
    return document


@runs
def unused_parts(random):
    """A tensor, an operator code, a buffer and metadata that nobody refers to, and an unneeded operator."""
    builder = Builder("unused parts")
    x = activation(builder, "x", [1, 4])
    y = dense(builder, random, x, 4, 3, "y")
    dense(builder, random, x, 4, 2, "unused")
    builder.tensor("orphan", [1000, 1000], "FLOAT32")
    document = builder.finish([x], [y])
    document["operator_codes"].append({"deprecated_builtin_code": 127, "builtin_code": "RFFT2D"})
    document["metadata"] = [{"name": "min_runtime_version", "buffer": len(document["buffers"])}]
    document["buffers"].append({"data": [1, 2, 3]})
    return document


@runs
def two_inputs_two_outputs(random):
    """Inputs and outputs stand in the model's order, which is not that of the operators."""
    builder = Builder("two inputs, two outputs")
    x, z = activation(builder, "x", [1, 4]), activation(builder, "z", [1, 6], 0.07, -5)
    from_x = dense(builder, random, x, 4, 3, "from_x")
    from_z = dense(builder, random, z, 6, 2, "from_z")
    return builder.finish([z, x], [from_x, from_z])


@runs
def output_used_inside(random):
    """An output of the model is also the input of a layer."""
    builder = Builder("an output that a layer reads")
    x = activation(builder, "x", [1, 4])
    hidden = dense(builder, random, x, 4, 6, "hidden")
    return builder.finish([x], [hidden, dense(builder, random, hidden, 6, 2, "y")])


@runs
def hostile_names(random):
    """Names that end comments, continue lines, are keywords, repeat, are empty, or are very long."""
    builder = Builder('*/ #error "description" \n#error description ??/\n\\')
    x = activation(builder, "int", [1, 4])
    breakout = '*/\n#error "pwned"\r\n/* ??/ \\\n" %s %n {} \u202e \x1b[31m \x01'
    hidden = dense(builder, random, x, 4, 3, breakout)
    hidden = dense(builder, random, hidden, 3, 3, "")
    hidden = dense(builder, random, hidden, 3, 3, "x" * 3000)
    hidden = dense(builder, random, hidden, 3, 3, "../../etc/passwd")
    y = dense(builder, random, hidden, 3, 2, "int")
    builder.graph["name"] = "*/\n#error graph"
    return builder.finish([x], [y])


@runs
def absent_names(random):
    """No tensor, subgraph or model has a name."""
    document = one_dense(random)
    del document["description"], document["subgraphs"][0]["name"]
    for tensor in tensors(document):
        del tensor["name"]
    return document


@runs
def trailing_bytes(random):
    """Bytes after the end of the FlatBuffer belong to nobody."""
    document = one_dense(random)
    return document, None, bytes_of(document) + b"trailing bytes\n" * 7


@runs
def outside_buffer(random):
    """The weights lie after the FlatBuffer, at Buffer.offset, as in files beyond 2 GB."""
    document = one_dense(random)
    outside = json.loads(json.dumps(document))
    buffer = outside["buffers"][tensors(outside)[WEIGHTS]["buffer"]]
    data = bytes(buffer.pop("data"))
    buffer |= {"offset": 2, "size": len(data)}
    offset = len(bytes_of(outside)) + 16
    buffer["offset"] = offset
    head = bytes_of(outside)
    return document, None, head + bytes(offset - len(head)) + data


@runs
def shift_register(random):
    """State: a variable of three values, set once by a second subgraph; VAR_HANDLE has no inputs vector."""
    builder = Builder("the last four inputs")
    x = activation(builder, "x", [1, 1])
    handle, state = builder.tensor("handle", [], "RESOURCE"), activation(builder, "state", [1, 3])
    y, kept = activation(builder, "y", [1, 4]), activation(builder, "kept", [1, 3])
    slicing = [
        builder.tensor(name, [2], "INT32", value=np.array(value, np.int32))
        for name, value in (("begin", [0, 1]), ("end", [1, 4]), ("strides", [1, 1]))
    ]
    names = {"container": "", "shared_name": "register"}
    builder.operator("CALL_ONCE", [], [], init_subgraph_index=1)
    builder.operator("VAR_HANDLE", [], [handle], **names)
    builder.operator("READ_VARIABLE", [handle], [state])
    builder.operator("CONCATENATION", [state, x], [y], version=2, axis=1)
    builder.operator("STRIDED_SLICE", [y, *slicing], [kept], version=2)
    builder.operator("ASSIGN_VARIABLE", [handle, kept], [])
    document = builder.finish([x], [y])

    builder.subgraph("start")
    handle = builder.tensor("handle", [], "RESOURCE")
    start = builder.tensor("start", [1, 3], "INT8", 0.05, 3, value=np.array([[3, 4, 5]], np.int8))
    builder.operator("VAR_HANDLE", [], [handle], **names)
    builder.operator("ASSIGN_VARIABLE", [handle, start], [])
    for graph in document["subgraphs"]:
        for operator in graph["operators"]:
            for key in ("inputs", "outputs"):
                if not operator[key]:
                    del operator[key]
    builder.finish([], [])

    def expected(inputs):
        stream = np.concatenate([np.array([3, 4, 5], np.int8), inputs[0].reshape(-1)])
        return [np.stack([stream[i : i + 4] for i in range(len(inputs[0]))])]

    return document, expected


# ---- sound models that cannot be compiled ----


@unsupported("UNIQUE", "RFFT2D")
def unsupported_operators(random):
    """Two operators that we do not have, the second with a number beyond 127: both are named in one go."""
    builder = Builder("two unsupported operators")
    x = activation(builder, "x", [1, 4])
    gathered, y = activation(builder, "decoder/gather", [1, 2]), activation(builder, "broadcast", [3, 2])
    indices = builder.tensor("indices", [1, 2, 2], "INT32", value=np.array([[[0, 1], [0, 2]]], np.int32))
    shape = builder.tensor("shape", [2], "INT32", value=np.array([3, 2], np.int32))
    builder.operator("UNIQUE", [x, indices], [gathered])
    builder.operator("RFFT2D", [gathered, shape], [y])
    return builder.finish([x], [y])


@unsupported("Evil")
def custom_operator(random):
    """A custom operator whose name is an attack on terminals and compilers."""
    builder = Builder("custom operator")
    x, y = activation(builder, "x", [1, 4]), activation(builder, "y", [1, 4])
    name = 'Evil*/\n#error "pwned"\r\n\x1b[2J\x1b]0;title\x07 error[E0000]: \u202e'
    builder.operator("CUSTOM", [x], [y], custom_code=name)
    operators(builder.document)[0]["custom_options"] = [1, 2, 3]
    return builder.finish([x], [y])


@unsupported("300")
def future_operator(random):
    """An operator number that did not exist when this was written."""
    document = one_dense(random)
    document["operator_codes"][0] = {"deprecated_builtin_code": 127, "builtin_code": 300}
    return document


# ---- files that are wrong ----


@malformed
def bad_truncated(random):
    """Half of a file."""
    data = bytes_of(one_dense(random))
    return data[: len(data) // 2]


@malformed
def bad_identifier(random):
    """A FlatBuffer of another kind."""
    data = bytes_of(one_dense(random))
    return data[:4] + b"TFL9" + data[8:]


@malformed
def bad_empty(random):
    """No bytes at all."""
    return b""


@malformed
def bad_no_subgraph(random):
    """A model without a graph."""
    return one_dense(random) | {"subgraphs": []}


@malformed
def bad_tensor_index(random):
    """An operator reads a tensor that does not exist."""
    document = one_dense(random)
    operators(document)[0]["inputs"][0] = 99
    return document


@malformed
def bad_required_input(random):
    """An input that is not optional is absent."""
    document = one_dense(random)
    operators(document)[0]["inputs"][1] = -1
    return document


@malformed
def bad_operator_code(random):
    """An operator of a kind that the file does not list."""
    document = one_dense(random)
    operators(document)[0]["opcode_index"] = 7
    return document


@malformed
def bad_buffer_index(random):
    """A tensor in a buffer that does not exist."""
    document = one_dense(random)
    tensors(document)[WEIGHTS]["buffer"] = 4000000000
    return document


@malformed
def bad_short_buffer(random):
    """A constant with fewer bytes than its shape needs."""
    document = one_dense(random)
    document["buffers"][tensors(document)[WEIGHTS]["buffer"]]["data"].pop()
    return document


@malformed
def bad_outside_buffer(random):
    """A buffer outside of the FlatBuffer whose end, offset + size, overflows 64 bits."""
    document = one_dense(random)
    document["buffers"][tensors(document)[WEIGHTS]["buffer"]] = {"offset": 64, "size": 2**64 - 16}
    return document


@malformed
def bad_dimension(random):
    """A negative size."""
    document = one_dense(random)
    tensors(document)[0]["shape"] = [1, -4]
    return document


@malformed
def bad_huge_shape(random):
    """A shape whose element count is 2^64, which is 0 to careless arithmetic."""
    document = one_dense(random)
    tensors(document)[0]["shape"] = [65536, 65536, 65536, 65536]
    return document


@malformed
def bad_scale_count(random):
    """Two scales for three channels."""
    document = one_dense(random)
    tensors(document)[WEIGHTS]["quantization"] = {"scale": [0.1, 0.2], "zero_point": [0, 0]}
    return document


@malformed
def bad_scale(random):
    """A negative scale."""
    document = one_dense(random)
    tensors(document)[0]["quantization"]["scale"] = [-0.05]
    return document


@malformed
def bad_zero_point(random):
    """A zero point that int8 cannot hold."""
    document = one_dense(random)
    tensors(document)[0]["quantization"]["zero_point"] = [300]
    return document


@malformed
def bad_order(random):
    """An operator reads what a later one makes."""
    builder = Builder("wrong order")
    x = activation(builder, "x", [1, 4])
    dense(builder, random, dense(builder, random, x, 4, 4, "first"), 4, 4, "second")
    y = len(builder.graph["tensors"]) - 3
    builder.graph["operators"].reverse()
    return builder.finish([x], [y])


@malformed
def bad_cycle(random):
    """An operator reads its own output."""
    document = one_dense(random, 4, 4)
    operators(document)[0]["inputs"][0] = operators(document)[0]["outputs"][0]
    return document


@malformed
def bad_two_producers(random):
    """Two operators write the same tensor."""
    document = one_dense(random)
    operators(document).append(dict(operators(document)[0]))
    return document


@malformed
def bad_output_of_nothing(random):
    """The model's output is made by no operator."""
    document = one_dense(random)
    operators(document).clear()
    return document


@malformed
def bad_weights_shape(random):
    """Weights for another number of inputs."""
    document = one_dense(random)
    tensors(document)[WEIGHTS]["shape"] = [4, 3]
    return document


# ---- writing ----


def random_for(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def write_runs(make):
    name = make.__name__
    random = random_for(name)
    made = make(random)
    document, expected, data = (*made, None)[:3] if isinstance(made, tuple) else (made, None, None)
    (FOLDER / f"{name}.tflite").write_bytes(data or bytes_of(document))
    graph = document["subgraphs"][0]
    inputs = [
        random.integers(-128, 128, (SAMPLES, *graph["tensors"][i]["shape"][1:])).astype(np.int8)
        for i in graph["inputs"]
    ]
    outputs = expected(inputs) if expected else integer_inference.run(document, *inputs)
    for direction, values in (("in", inputs), ("out", outputs)):
        for index, value in enumerate(values):
            (FOLDER / f"{name}.{direction}{index}.bin").write_bytes(value.astype(np.int8).tobytes())
    return {"exit": 0, "inputs": len(inputs), "outputs": len(outputs), "samples": SAMPLES}


def write_refused(make, exit_code, mentions=()):
    made = make(random_for(make.__name__))
    data = made if isinstance(made, bytes) else bytes_of(made)
    (FOLDER / f"{make.__name__}.tflite").write_bytes(data)
    return {"exit": exit_code, "mentions": list(mentions)}


def main():
    for pattern in ("*.tflite", "*.bin"):
        for path in FOLDER.glob(pattern):
            path.unlink()
    manifest = {}
    for make in RUNS:
        manifest[make.__name__] = {"why": make.__doc__} | write_runs(make)
    for make, mentions in UNSUPPORTED:
        manifest[make.__name__] = {"why": make.__doc__} | write_refused(make, 4, mentions)
    for make in MALFORMED:
        manifest[make.__name__] = {"why": make.__doc__} | write_refused(make, 3)
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
