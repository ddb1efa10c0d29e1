"""Writes the shipped model as ONNX, and as a PyTorch program, with the networks of bench/harness/peers.

    python prepare.py models/camera-motion.pt folder
"""

import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / 'harness' / 'peers'))
from networks import build  # noqa: E402

model, folder = sys.argv[1], pathlib.Path(sys.argv[2])
weights = torch.jit.load(model).state_dict()
network = build('r2plus1d_dw', weights['fc.bias'].numel()).eval()
network.load_state_dict(weights)
clip = torch.zeros(1, 3, 12, 64, 80)
torch.onnx.export(network, (clip,), folder / 'model.onnx', dynamo=True, external_data=False, verbose=False)
torch.jit.trace(network, clip).save(folder / 'traced.pt')
