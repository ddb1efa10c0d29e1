"""PyTorch in one of its ways: eager, eager_channels_last, torchscript or compile.

    python torch_peer.py WAY '{"architecture": ..., "folder": ..., "batch": ..., "threads": ..., ...}'
"""

import json
import sys

import torch
from protocol import read_input, serve


def eager(task):
    from networks import build

    network = build(task['architecture'], task['classes'])
    network.load_state_dict(torch.load(f'{task["folder"]}/weights.pth', weights_only=True))
    return network.requires_grad_(False)


def torchscript(task):
    # Plain freezing: optimize_for_inference picks a blocked layout, leaves ReLUs unfused and is slower.
    network = torch.jit.load(f'{task["folder"]}/model.pt').eval()
    return torch.jit.freeze(network.to(memory_format=torch.channels_last_3d))


def compiled(task):
    import torch._inductor.config

    torch._inductor.config.freezing = True
    return torch.compile(eager(task).to(memory_format=torch.channels_last_3d), dynamic=False)


def main():
    way, task = sys.argv[1], json.loads(sys.argv[2])
    torch.set_num_threads(task['threads'])
    torch.set_num_interop_threads(1)
    clips = torch.from_numpy(read_input(task))
    if way != 'eager':
        clips = clips.contiguous(memory_format=torch.channels_last_3d)
    if way == 'eager_channels_last':
        network = eager(task).to(memory_format=torch.channels_last_3d)
    else:
        network = {'eager': eager, 'torchscript': torchscript, 'compile': compiled}[way](task)
    # Freezing in inductor wants no_grad; inference_mode is a little faster for the others.
    with torch.no_grad() if way == 'compile' else torch.inference_mode():
        serve(f'PyTorch {torch.__version__}', lambda: network(clips))


main()
