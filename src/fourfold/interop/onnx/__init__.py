"""Graphs and weights to ONNX files: what JAX traces of a graph, in the operators of ONNX.

`model` traces a graph once, with the lengths that only a batch tells left open, and `tracing` goes through it: each
equation has a row in the tables of `elementwise`, `shapes` and `products`, or, where an operation of Fourfold stayed
whole, of `families`: ONNX has operators for convolution, pooling, LSTM and others. `nodes` collects what they write.

Source: the ONNX operator set, version 18 (https://onnx.ai/onnx/operators).
"""
