"""ONNX Runtime in Python: every graph optimisation, batch fixed, input and output tensors in place.

    python onnxruntime_peer.py float32|int8
"""

import sys

import onnxruntime
from protocol import read_input, serve_network

FILE = {'float32': 'model.onnx', 'int8': 'model.int8.onnx'}[sys.argv[1]]


def load(task):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = task['threads']
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_free_dimension_override_by_name('batch', task['batch'])
    session = onnxruntime.InferenceSession(f'{task["folder"]}/{FILE}', options, providers=['CPUExecutionProvider'])
    clips = read_input(task)
    return lambda: session.run(None, {'clips': clips})[0]


serve_network(f'ONNX Runtime {onnxruntime.__version__}', load)
