"""Python and PyTorch: loads the shipped model, runs one clip of zeros, and says so."""

import sys

import torch

with torch.inference_mode():
    network = torch.jit.load(sys.argv[1]).eval()
    print(network(torch.zeros(1, 3, 12, 64, 80)).argmax().item(), flush=True)
sys.stdin.readline()
