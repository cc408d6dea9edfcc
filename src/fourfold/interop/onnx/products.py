"""JAX's products of tensors in ONNX: of matrices where they are that, else sums over named axes; convolutions."""

from __future__ import annotations

import math
from string import ascii_letters
from typing import Any

from fourfold.interop.onnx.nodes import Nodes, NoOperator, Value, is_open, tensor_type


def _product(to: Nodes, equation: Any, x: Value, y: Value) -> Value:
    """sum over the contracted axes of x y, with the axes of both in front, then those of x, then those of y."""
    (left, right), (left_batch, right_batch) = equation.params["dimension_numbers"]
    shapes = [variable.aval.shape for variable in equation.invars]
    kinds = {variable.aval.dtype for variable in equation.invars}
    if len(kinds) > 1 or bool in kinds:
        out = tensor_type(equation.outvars[0].aval.dtype)
        x, y = to.add("Cast", x, to=out), to.add("Cast", y, to=out)
    ranks = [len(shape) for shape in shapes]
    if not left_batch and tuple(left) == (ranks[0] - 1,) and tuple(right) == (0,):
        return _of_rows(to, equation, x, y, shapes[1])
    batch = len(left_batch)
    in_front = list(left_batch) == list(right_batch) == list(range(batch))
    if in_front and len(left) == 1 and ranks == [batch + 2, batch + 2]:
        x = to.permute(x, [*range(batch), *(axis for axis in range(batch, batch + 2) if axis not in left), *left])
        y = to.permute(y, [*range(batch), *right, *(axis for axis in range(batch, batch + 2) if axis not in right)])
        return to.add("MatMul", x, y)
    return _sum(to, ranks, (left, right), (left_batch, right_batch), x, y)


def _of_rows(to: Nodes, equation: Any, x: Value, y: Value, shape: tuple) -> Value:
    """(..., K) and (K, ...): a product with a matrix."""
    flat = to.add("MatMul", x, to.reshape(y, [shape[0], math.prod(shape[1:])]) if len(shape) != 2 else y)
    return flat if len(shape) == 2 else to.reshape(flat, equation.outvars[0].aval.shape)


def _sum(to: Nodes, ranks: list[int], contracted: tuple, batch: tuple, x: Value, y: Value) -> Value:
    letters = iter(ascii_letters)
    names = [[next(letters) for _ in range(rank)] for rank in ranks]
    for left, right in [*zip(*batch), *zip(*contracted)]:
        names[1][right] = names[0][left]
    summed = {names[0][axis] for axis in contracted[0]}
    shared = [names[0][axis] for axis in batch[0]]
    free = [name for side in names for name in side if name not in summed and name not in shared]
    terms = ",".join("".join(side) for side in names)
    return to.add("Einsum", x, y, equation=f"{terms}->{''.join(shared + free)}")


def _convolution(to: Nodes, equation: Any, x: Value, kernel: Value) -> Value:
    """JAX's own convolution, with its axes in any order."""
    p = equation.params
    numbers, edges = p["dimension_numbers"], [tuple(edge) for edge in p["padding"]]
    if any(is_open(length) or length < 0 for edge in edges for length in edge):
        raise NoOperator(f"padding of {edges}")
    if p["batch_group_count"] != 1 or any(rate != 1 for rate in p["lhs_dilation"]):
        raise NoOperator("a dilated input, or groups of the batch")
    y = to.add(
        "Conv",
        to.permute(x, numbers.lhs_spec),
        to.permute(kernel, numbers.rhs_spec),
        strides=list(p["window_strides"]),
        dilations=list(p["rhs_dilation"]),
        pads=[low for low, _ in edges] + [high for _, high in edges],
        group=p["feature_group_count"],
    )
    return to.permute(y, [numbers.out_spec.index(axis) for axis in range(len(numbers.out_spec))])


ROWS = {"dot_general": _product, "conv_general_dilated": _convolution}
