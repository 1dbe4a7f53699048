"""Runs int8 models in numpy, bit for bit as TFLite's reference kernels do with double rounding.

Written from the definition of the format and shared with nothing in the compiler, so that the two can be
compared. It knows the operators of the models in this folder. `run` takes a document (see tflite_file) and
any number of samples at once.
"""

import math

import numpy as np

from common import tflite_file
from common.layers import same_padding

_INT32_MAX = (1 << 31) - 1


# ---- fixed point (gemmlowp's, on int64 arrays that hold int32 values) ----


def doubling_high_multiply(a, b):
    """Rounded high half of 2*a*b; the one overflow, of two least integers, saturates."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    nudge = np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    shifted = product + nudge
    # Division truncates towards zero here, a shift would not.
    return np.minimum(np.where(shifted >= 0, shifted >> 31, -(-shifted >> 31)), _INT32_MAX)


def rounding_shift_right(x, exponent):
    """x / 2^exponent, to nearest, halves away from zero."""
    x, exponent = np.asarray(x, np.int64), np.asarray(exponent, np.int64)
    mask = (np.int64(1) << exponent) - 1
    threshold = (mask >> 1) + (x < 0)
    return (x >> exponent) + ((x & mask) > threshold)


def saturating_shift_left(x, exponent):
    return np.clip(np.asarray(x, np.int64) << exponent, -_INT32_MAX - 1, _INT32_MAX)


def multiplier_and_shift(real):
    """real = multiplier / 2^31 * 2^shift, with the multiplier in [2^30, 2^31) or 0."""
    if real == 0.0:
        return 0, 0
    fraction, shift = math.frexp(real)
    multiplier = math.floor(fraction * (1 << 31) + 0.5)
    if multiplier == 1 << 31:
        multiplier, shift = multiplier // 2, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def rescale(accumulator, multiplier, shift):
    left, right = np.maximum(shift, 0), np.maximum(-np.asarray(shift), 0)
    return rounding_shift_right(doubling_high_multiply(accumulator << left, multiplier), right)


def _exponential(a):
    """exp of a <= 0 given with 26 fraction bits; result with 31."""
    quarter = 1 << 24
    remainder = (a & (quarter - 1)) - quarter
    x = (remainder << 5) + (1 << 28)
    x2 = doubling_high_multiply(x, x)
    x3 = doubling_high_multiply(x2, x)
    x4 = doubling_high_multiply(x2, x2)
    one_third, exp_of_minus_eighth = 715827883, 1895147668
    higher = rounding_shift_right(x4, 2) + x3
    tail = rounding_shift_right(doubling_high_multiply(higher, one_third) + x2, 1)
    result = exp_of_minus_eighth + doubling_high_multiply(exp_of_minus_eighth, x + tail)
    result = np.minimum(result, _INT32_MAX)
    # exp(-1/4), exp(-1/2), exp(-1), exp(-2), ...: one factor for each bit that is left.
    factors = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
    whole_quarters = remainder - a
    for bit, factor in enumerate(factors):
        chosen = (whole_quarters >> (24 + bit)) & 1 == 1
        result = np.where(chosen, doubling_high_multiply(result, factor), result)
    return np.where(a == 0, _INT32_MAX, result)


def _reciprocal_of_one_plus(a):
    """1 / (1 + a) for a in [0, 1); both with 31 fraction bits. Newton's method, three steps."""
    half_denominator = (a + _INT32_MAX + 1) >> 1
    forty_eight_seventeenths, thirty_two_seventeenths = 1515870810, 1010580540
    x = forty_eight_seventeenths + doubling_high_multiply(half_denominator, -thirty_two_seventeenths)
    for _ in range(3):
        error = (1 << 29) - doubling_high_multiply(half_denominator, x)
        x = x + saturating_shift_left(doubling_high_multiply(x, error), 2)
    return saturating_shift_left(x, 1)


# ---- operators: (context of one operator, inputs) -> output, all with the samples in front ----


class _Context:
    def __init__(self, document, operator):
        tensors = document["subgraphs"][0]["tensors"]
        self.options = operator.get("builtin_options", {})
        self.inputs = [tensors[i] if i >= 0 else None for i in operator.get("inputs", [])]
        self.output = tensors[operator["outputs"][0]]

    @staticmethod
    def scales(tensor):
        return np.array(tensor["quantization"]["scale"], np.float32)

    @staticmethod
    def zero_point(tensor):
        return tensor["quantization"]["zero_point"][0]

    def clamp(self, values):
        scale, zero_point = self.scales(self.output)[0], self.zero_point(self.output)
        low, high = -128, 127
        activation = self.options.get("fused_activation_function", "NONE")
        if activation in ("RELU", "RELU6"):
            low = max(low, zero_point)
        if activation == "RELU6":
            high = min(high, zero_point + math.floor(np.float32(6) / scale + 0.5))
        assert activation in ("NONE", "RELU", "RELU6"), activation
        return np.clip(values, low, high).astype(np.int8)

    def requantize(self, accumulator, channels, product_in_float):
        source, weights = self.inputs[0], self.inputs[1]
        output_scale = float(self.scales(self.output)[0])
        pairs = []
        for weight_scale in self.scales(weights):
            if product_in_float:
                product = float(self.scales(source)[0] * weight_scale)
            else:
                product = float(self.scales(source)[0]) * float(weight_scale)
            pairs.append(multiplier_and_shift(product / output_scale))
        pairs = np.array(pairs * channels if len(pairs) == 1 else pairs, np.int64)
        scaled = rescale(accumulator, pairs[:, 0], pairs[:, 1])
        return self.clamp(scaled + self.zero_point(self.output))


def _windows(context, x, kernel_height, kernel_width, fill):
    """Yields (row, column, strided view) for each tap of a window over x, padded with `fill`."""
    options = context.options
    views = []
    pads = []
    for size, kernel, stride, dilation in (
        (x.shape[1], kernel_height, options["stride_h"], options.get("dilation_h_factor", 1)),
        (x.shape[2], kernel_width, options["stride_w"], options.get("dilation_w_factor", 1)),
    ):
        reach = (kernel - 1) * dilation + 1
        if options["padding"] == "SAME":
            output, before, after = same_padding(size, reach, stride)
        else:
            output, before, after = (size - reach) // stride + 1, 0, 0
        pads.append((before, after))
        starts = range(0, kernel * dilation, dilation)
        views.append([slice(start, start + (output - 1) * stride + 1, stride) for start in starts])
    x = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)
    for row, rows in enumerate(views[0]):
        for column, columns in enumerate(views[1]):
            yield row, column, x[:, rows, columns]


def _convolution(context, x, weights, bias):
    zero_point = context.zero_point(context.inputs[0])
    output_channels, height, width, _ = weights.shape
    accumulator = np.int64(0) if bias is None else bias.astype(np.int64)
    for row, column, view in _windows(context, x.astype(np.int64) - zero_point, height, width, 0):
        accumulator = accumulator + view @ weights[:, row, column, :].T.astype(np.int64)
    return context.requantize(accumulator, output_channels, product_in_float=False)


def _depthwise_convolution(context, x, weights, bias):
    zero_point = context.zero_point(context.inputs[0])
    _, height, width, channels = weights.shape
    x = np.repeat(x.astype(np.int64) - zero_point, channels // x.shape[3], axis=3)
    accumulator = np.int64(0) if bias is None else bias.astype(np.int64)
    for row, column, view in _windows(context, x, height, width, 0):
        accumulator = accumulator + view * weights[0, row, column].astype(np.int64)
    return context.requantize(accumulator, channels, product_in_float=False)


def _fully_connected(context, x, weights, bias):
    zero_point = context.zero_point(context.inputs[0])
    x = x.reshape(x.shape[0], -1, weights.shape[1]).astype(np.int64) - zero_point
    accumulator = x @ weights.T.astype(np.int64)
    if bias is not None:
        accumulator = accumulator + bias.astype(np.int64)
    per_tensor = len(context.scales(context.inputs[1])) == 1
    result = context.requantize(accumulator, weights.shape[0], product_in_float=per_tensor)
    return result.reshape(x.shape[0], *context.output.get("shape", [])[1:])


def _average_pool(context, x):
    options = context.options
    size = options["filter_height"], options["filter_width"]
    total = sum(view for _, _, view in _windows(context, x.astype(np.int64), *size, 0))
    count = sum(view for _, _, view in _windows(context, np.ones_like(x, np.int64), *size, 0))
    magnitude = (np.abs(total) + count // 2) // count
    return context.clamp(np.where(total > 0, magnitude, -magnitude))


def _reshape(context, x, *_):
    return x.reshape(x.shape[0], *context.output.get("shape", [])[1:])


def _softmax(context, x):
    beta, scale = context.options["beta"], float(context.scales(context.inputs[0])[0])
    multiplier, shift = multiplier_and_shift(min(beta * scale * (1 << 26), float(_INT32_MAX)))
    lowest = -math.floor(31.0 * (1 << 26) / (1 << shift))
    difference = x.astype(np.int64) - x.max(axis=-1, keepdims=True)
    counted = difference >= lowest
    difference = np.where(counted, difference, 0)
    exponentials = _exponential(doubling_high_multiply(difference << shift, multiplier))
    total = np.where(counted, rounding_shift_right(exponentials, 12), 0).sum(axis=-1, keepdims=True)
    leading_zeros = 32 - np.ceil(np.log2(total + 1)).astype(np.int64)
    reciprocal = _reciprocal_of_one_plus((total << leading_zeros) - (1 << 31))
    exponent = 12 - leading_zeros + 31 - 8
    result = rounding_shift_right(doubling_high_multiply(reciprocal, exponentials), exponent) - 128
    return np.where(counted, np.clip(result, -128, 127), -128).astype(np.int8)


_OPERATORS = {
    "AVERAGE_POOL_2D": _average_pool,
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise_convolution,
    "FULLY_CONNECTED": _fully_connected,
    "RESHAPE": _reshape,
    "SOFTMAX": _softmax,
}


def run(document, *inputs):
    """The outputs of a model, in order, for int8 inputs with the samples along the first axis."""
    graph = document["subgraphs"][0]
    values = {i: tflite_file.constant(document, tensor) for i, tensor in enumerate(graph["tensors"])}
    values[-1] = None
    for index, samples in zip(graph["inputs"], inputs, strict=True):
        values[index] = np.asarray(samples, np.int8)
    for operator in graph["operators"]:
        name = tflite_file.operator_name(document, operator)
        arguments = [values[i] for i in operator["inputs"]]
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            arguments += [None] * (3 - len(arguments))
        values[operator["outputs"][0]] = _OPERATORS[name](_Context(document, operator), *arguments)
    return [values[i] for i in graph["outputs"]]
