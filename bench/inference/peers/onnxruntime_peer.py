"""ONNX Runtime in Python: every graph optimisation, batch fixed, input and output tensors in place.

    python onnxruntime_peer.py '{"folder": ..., "batch": ..., "threads": ..., ...}'
"""

import json
import sys

import onnxruntime
from protocol import read_input, serve


def main():
    task = json.loads(sys.argv[1])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = task['threads']
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_free_dimension_override_by_name('batch', task['batch'])
    session = onnxruntime.InferenceSession(f'{task["folder"]}/model.onnx', options, providers=['CPUExecutionProvider'])
    clips = read_input(task)
    serve(f'ONNX Runtime {onnxruntime.__version__}', lambda: session.run(None, {'clips': clips})[0])


main()
