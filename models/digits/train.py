#!/usr/bin/python3
"""Trains, quantizes and exports the digit classifier of this folder; see README.md beside it."""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from common import integer_inference, quantization, tflite_file, training  # first: it fixes numpy's threads
from common.layers import AveragePool, Convolution, DepthwiseConvolution, Flatten, FullyConnected

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 20240229
INPUT_SCALE = (np.float32(1 / 255), -128)  # pixels in [0, 1], as the common image models take them


def load():
    """Images [n, 8, 8, 1] in [0, 1] and labels: 1,347 to train on and 450 held out, classes in proportion."""
    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)[..., np.newaxis]
    return train_test_split(images, digits.target, test_size=450, random_state=SEED, stratify=digits.target)


def build(random):
    return [
        Convolution(random, 1, 16),
        DepthwiseConvolution(random, 16),
        Convolution(random, 16, 32, kernel=1),
        DepthwiseConvolution(random, 32, stride=2),
        Convolution(random, 32, 32, kernel=1),
        AveragePool(2),
        Flatten(),
        FullyConnected(random, 2 * 2 * 32, 10),
    ]


def shifted(random, images):
    """Each image moved by up to one pixel in each direction, zeros entering."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    down, right = random.integers(0, 3, (2, len(images)))
    rows = down[:, np.newaxis, np.newaxis] + np.arange(8)[:, np.newaxis]
    columns = right[:, np.newaxis, np.newaxis] + np.arange(8)
    return padded[np.arange(len(images))[:, np.newaxis, np.newaxis], rows, columns]


def main():
    train_images, test_images, train_labels, test_labels = load()
    random = np.random.default_rng(SEED)
    network = build(random)
    training.fit(
        network, train_images, train_labels, training.softmax_cross_entropy, random,
        epochs=80, batch=64, learning_rate=0.01, augment=shifted,
    )  # fmt: skip

    document = quantization.to_document(
        network, train_images, "Burin digits: 8x8 handwritten digits", "image", "digit",
        softmax=True, input_parameters=INPUT_SCALE,
    )  # fmt: skip
    quantized_images = quantization.quantize(test_images, *INPUT_SCALE)
    (outputs,) = integer_inference.run(document, quantized_images)

    tflite_file.write(document, FOLDER / "digits.tflite")
    (FOLDER / "test_images.bin").write_bytes(quantized_images.tobytes())
    (FOLDER / "test_labels.bin").write_bytes(test_labels.astype(np.uint8).tobytes())
    (FOLDER / "test_outputs.bin").write_bytes(outputs.tobytes())

    def float_accuracy(images, labels):
        return np.mean(training.forward(network, images).argmax(1) == labels)

    print(f"parameters        {sum(parameter.size for layer in network for parameter in layer.parameters)}")
    print(f"float   training  {float_accuracy(train_images, train_labels):.4f}")
    print(f"float   held out  {float_accuracy(test_images, test_labels):.4f}")
    print(f"int8    held out  {np.mean(outputs.argmax(1) == test_labels):.4f}")
    print(f"digits.tflite     {(FOLDER / 'digits.tflite').stat().st_size} bytes")


if __name__ == "__main__":
    main()
