"""Quantises model.onnx for the peers that run int8, over the clips that Kinetorch's is quantised over.

    python quantize.py '{"folder": ..., "frames": ..., "source": [height, width], "batch": clips, ...}'

Writes model.int8.xml (NNCF for OpenVINO, its default preset) and model.int8.onnx (ONNX Runtime: static, QDQ, a scale for
each output channel).
"""

import json
import sys

import nncf
import openvino
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from protocol import read_input


class Clips(CalibrationDataReader):
    def __init__(self, clips):
        self.rows = iter(clips)

    def get_next(self):
        row = next(self.rows, None)
        return None if row is None else {'clips': row[None]}


def main():
    task = json.loads(sys.argv[1])
    folder = task['folder']
    clips = read_input(task)
    model = openvino.Core().read_model(f'{folder}/model.onnx')
    quantised = nncf.quantize(model, nncf.Dataset([clip[None] for clip in clips]), preset=nncf.QuantizationPreset.MIXED)
    openvino.save_model(quantised, f'{folder}/model.int8.xml', compress_to_fp16=False)
    quant_pre_process(f'{folder}/model.onnx', f'{folder}/model.folded.onnx')
    quantize_static(f'{folder}/model.folded.onnx', f'{folder}/model.int8.onnx', Clips(clips), per_channel=True,
                    quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)  # fmt: skip


main()
