"""Trainable layers: forward and backward passes in numpy, float32, NHWC.

A layer has `parameters` (a list of arrays that an optimizer updates in place), `forward(x)`, and
`backward(gradient)`, which belongs to the latest forward, leaves `gradients` (in the order of `parameters`)
and returns the gradient of x. Weights are kept in TFLite's layouts, so that quantizing them needs no
transposition.
"""

import numpy as np


def same_padding(size, kernel, stride):
    """TFLite's SAME: (output size, padding before, padding after); the odd pixel of padding goes after."""
    output = -(-size // stride)
    total = max((output - 1) * stride + kernel - size, 0)
    return output, total // 2, total - total // 2


def _he_normal(random, shape, fan_in):
    return random.normal(0.0, np.sqrt(2.0 / fan_in), shape).astype(np.float32)


class _Layer:
    parameters = ()
    gradients = ()


class _Windowed(_Layer):
    """A kernel sliding over a SAME-padded image, tap by tap: each tap is a strided view of the image."""

    def __init__(self, kernel, stride, relu):
        self.kernel, self.stride, self.relu = kernel, stride, relu

    def _pad(self, x):
        _, height, width, _ = x.shape
        self.output_height, top, bottom = same_padding(height, self.kernel, self.stride)
        self.output_width, left, right = same_padding(width, self.kernel, self.stride)
        self.interior = (slice(None), slice(top, top + height), slice(left, left + width))
        return np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))

    def _taps(self):
        for y in range(self.kernel):
            for x in range(self.kernel):
                yield y, x, (
                    slice(None),
                    slice(y, y + self.stride * self.output_height, self.stride),
                    slice(x, x + self.stride * self.output_width, self.stride),
                )

    def forward(self, x):
        self.padded = self._pad(x)
        shape = (x.shape[0], self.output_height, self.output_width, self.output_channels)
        output = np.broadcast_to(self.parameters[1], shape).copy()
        for row, column, view in self._taps():
            output += self._tap_forward(self.padded[view], row, column)
        self.output = np.maximum(output, 0) if self.relu else output
        return self.output

    def backward(self, gradient):
        if self.relu:
            gradient = gradient * (self.output > 0)
        weights, _ = self.parameters
        weights_gradient = np.zeros_like(weights)
        padded_gradient = np.zeros_like(self.padded)
        for row, column, view in self._taps():
            padded_gradient[view] += self._tap_backward(
                self.padded[view], gradient, row, column, weights_gradient
            )
        self.gradients = [weights_gradient, gradient.sum(axis=(0, 1, 2))]
        return padded_gradient[self.interior]


class Convolution(_Windowed):
    """SAME convolution and bias, then ReLU if asked; weights [output, kernel, kernel, input]."""

    def __init__(self, random, input_channels, output_channels, kernel=3, stride=1, relu=True):
        super().__init__(kernel, stride, relu)
        self.output_channels = output_channels
        shape = (output_channels, kernel, kernel, input_channels)
        self.parameters = [
            _he_normal(random, shape, kernel * kernel * input_channels),
            np.zeros(output_channels, np.float32),
        ]

    def _tap_forward(self, view, row, column):
        return view @ self.parameters[0][:, row, column, :].T

    def _tap_backward(self, view, gradient, row, column, weights_gradient):
        weights_gradient[:, row, column, :] = np.tensordot(gradient, view, axes=((0, 1, 2), (0, 1, 2)))
        return gradient @ self.parameters[0][:, row, column, :]


class DepthwiseConvolution(_Windowed):
    """SAME convolution of each channel by its own kernel and bias, then ReLU if asked.

    Weights [1, kernel, kernel, channels].
    """

    def __init__(self, random, channels, kernel=3, stride=1, relu=True):
        super().__init__(kernel, stride, relu)
        self.output_channels = channels
        self.parameters = [
            _he_normal(random, (1, kernel, kernel, channels), kernel * kernel),
            np.zeros(channels, np.float32),
        ]

    def _tap_forward(self, view, row, column):
        return view * self.parameters[0][0, row, column]

    def _tap_backward(self, view, gradient, row, column, weights_gradient):
        weights_gradient[0, row, column] = (gradient * view).sum(axis=(0, 1, 2))
        return gradient * self.parameters[0][0, row, column]


class AveragePool(_Layer):
    """Mean over size x size squares that tile the image; height and width are multiples of size."""

    def __init__(self, size):
        self.size = size

    def forward(self, x):
        samples, height, width, channels = x.shape
        self.input_shape = x.shape
        self.tiled_shape = (samples, height // self.size, self.size, width // self.size, self.size, channels)
        return x.reshape(self.tiled_shape).mean(axis=(2, 4))

    def backward(self, gradient):
        each = gradient[:, :, np.newaxis, :, np.newaxis, :] / np.float32(self.size**2)
        return np.broadcast_to(each, self.tiled_shape).reshape(self.input_shape)


class Flatten(_Layer):
    """[n, ...] to [n, everything]."""

    def forward(self, x):
        self.input_shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, gradient):
        return gradient.reshape(self.input_shape)


class FullyConnected(_Layer):
    """[n, inputs] to [n, outputs], then ReLU if asked; weights [outputs, inputs]."""

    def __init__(self, random, inputs, outputs, relu=False):
        self.relu = relu
        self.parameters = [_he_normal(random, (outputs, inputs), inputs), np.zeros(outputs, np.float32)]

    def forward(self, x):
        weights, bias = self.parameters
        self.input = x
        output = x @ weights.T + bias
        self.output = np.maximum(output, 0) if self.relu else output
        return self.output

    def backward(self, gradient):
        if self.relu:
            gradient = gradient * (self.output > 0)
        self.gradients = [gradient.T @ self.input, gradient.sum(axis=0)]
        return gradient @ self.parameters[0]
