#!/usr/bin/python3
"""Trains, quantizes and exports the sine model of this folder; see README.md beside it."""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from common import integer_inference, quantization, tflite_file, training  # first: it fixes numpy's threads
from common.layers import FullyConnected

import numpy as np

SEED = 20240229
TURN = np.float32(2 * np.pi)


def main():
    random = np.random.default_rng(SEED)
    x = random.uniform(0, TURN, (4096, 1)).astype(np.float32)
    network = [
        FullyConnected(random, 1, 16, relu=True),
        FullyConnected(random, 16, 16, relu=True),
        FullyConnected(random, 16, 1),
    ]
    # Spread the bends of the first layer over the turn; with zero biases they would all start at 0.
    weights, bias = network[0].parameters
    bias[:] = -weights[:, 0] * random.uniform(0, TURN, 16)
    training.fit(
        network, x, np.sin(x), training.mean_squared_error, random,
        epochs=400, batch=64, learning_rate=0.001,
    )  # fmt: skip

    input_parameters = quantization.activation_parameters(0, TURN)
    document = quantization.to_document(
        network, x, "Burin sine: y = sin(x) for x in one turn", "x", "y", input_parameters=input_parameters
    )
    # All 256 inputs that there are.
    quantized = np.arange(-128, 128).astype(np.int8)[:, np.newaxis]
    (outputs,) = integer_inference.run(document, quantized)

    tflite_file.write(document, FOLDER / "sine.tflite")
    (FOLDER / "test_inputs.bin").write_bytes(quantized.tobytes())
    (FOLDER / "test_outputs.bin").write_bytes(outputs.tobytes())

    angles = (quantized.astype(np.float32) - input_parameters[1]) * input_parameters[0]
    output = document["subgraphs"][0]["tensors"][document["subgraphs"][0]["outputs"][0]]["quantization"]
    reals = (outputs.astype(np.float64) - output["zero_point"][0]) * output["scale"][0]
    print(f"parameters          {sum(parameter.size for layer in network for parameter in layer.parameters)}")
    print(f"float largest error {np.abs(training.forward(network, angles) - np.sin(angles)).max():.4f}")
    print(f"int8 largest error  {np.abs(reals - np.sin(angles)).max():.4f}")
    print(f"sine.tflite         {(FOLDER / 'sine.tflite').stat().st_size} bytes")


if __name__ == "__main__":
    main()
