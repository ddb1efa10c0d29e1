"""OpenVINO: latency hint, batch fixed. Of an int8 network the layers that are not quantised are as it likes them best.

    python openvino_peer.py float32|bfloat16|int8
"""

import sys

import openvino
from protocol import read_input, serve_network

FILE = {'int8': 'model.int8.xml'}.get(sys.argv[1], 'model.onnx')
PRECISION = {'float32': {'INFERENCE_PRECISION_HINT': 'f32'}, 'bfloat16': {'INFERENCE_PRECISION_HINT': 'bf16'}}


def load(task):
    core = openvino.Core()
    model = core.read_model(f'{task["folder"]}/{FILE}')
    model.reshape([task['batch'], 3, task['frames'], task['height'], task['width']])
    compiled = core.compile_model(model, 'CPU', {
        'PERFORMANCE_HINT': 'LATENCY',
        **PRECISION.get(sys.argv[1], {}),
        'INFERENCE_NUM_THREADS': task['threads'],
    })  # fmt: skip
    request = compiled.create_infer_request()
    clips = read_input(task)
    request.set_input_tensor(openvino.Tensor(clips, shared_memory=True))

    def run():
        request.infer()
        return request.get_output_tensor().data

    return run


serve_network(f'OpenVINO {openvino.get_version().split("-")[0]}', load)
