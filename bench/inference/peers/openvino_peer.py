"""OpenVINO: latency hint, float32 arithmetic, batch fixed.

    python openvino_peer.py
"""

import openvino
from protocol import read_input, serve_network


def load(task):
    core = openvino.Core()
    model = core.read_model(f'{task["folder"]}/model.onnx')
    model.reshape([task['batch'], 3, task['frames'], task['height'], task['width']])
    compiled = core.compile_model(model, 'CPU', {
        'PERFORMANCE_HINT': 'LATENCY',
        'INFERENCE_PRECISION_HINT': 'f32',
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
