"""Writes what all engines share for one network at one size: clips, weights, an ONNX file, and the logits in float64.

    python prepare.py '{"architecture": ..., "classes": ..., "frames": ..., "height": ..., "width": ..., "clips": ...,
                        "folder": ..., "onnx": true, "camera": [height, width]}'

Into the folder: clips.u8 (uint8 N x T x H x W x 3), weights.pth, reference.json (logits of all clips), layers.json (the
convolutions); with "onnx" model.onnx (any batch); with "camera" camera.u8, as many clips of that size. Fresh networks are
dull (their batch norms do nothing, some branches give 0), so the weights are made to behave like trained ones: random
scales and shifts, statistics gathered from the clips, logits of about 1.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from networks import Block, build
from protocol import network_input
from torch import nn

# Batch norms gather their statistics from these.
SEEN_CLIPS = 2


def make_clips(task, height, width):
    """Coarse patterns that drift, each with noise on it: smooth in space and time as video is, and no two alike."""
    random = np.random.default_rng(7)
    frames = task['frames']
    y, x = np.mgrid[0:height, 0:width] / 32.0
    clips = []
    for _ in range(task['clips']):
        waves = random.uniform(-3, 3, (6, 3))
        colours = random.uniform(-40, 40, (6, 3))
        clip = np.empty((frames, height, width, 3), np.uint8)
        for t in range(frames):
            picture = 128 + random.normal(0, 8, (height, width, 3))
            for (fy, fx, ft), colour in zip(waves, colours):
                picture += np.sin(fy * y + fx * x + ft * t / 4.0)[..., None] * colour
            clip[t] = np.clip(np.rint(picture), 0, 255)
        clips.append(clip)
    return np.stack(clips)


def gather_statistics(norm, inputs):
    """Those of a trained batch norm, whose variance is seldom far below the square of its mean."""
    mean = inputs[0].mean((0, 2, 3, 4))
    variance = inputs[0].var((0, 2, 3, 4)) + 0.1 * mean.square()
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance * torch.empty_like(mean).uniform_(0.8, 1.25))


def enliven(network, clips):
    torch.manual_seed(11)
    hooks = []
    for module in network.modules():
        if isinstance(module, nn.Conv3d):
            nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
        if isinstance(module, nn.BatchNorm3d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
            hooks.append(module.register_forward_pre_hook(gather_statistics))
    # Branches that are small beside their shortcuts: random ones of full size would amplify every rounding error.
    for block in (module for module in network.modules() if isinstance(module, Block)):
        nn.init.uniform_(list(block.get_submodule(block.names[-1]).modules())[-1].weight, 0.1, 0.4)
    with torch.no_grad():
        scale = network(clips).std()
        network.fc.weight.div_(scale)
        network.fc.bias.div_(scale)
    for hook in hooks:
        hook.remove()


def convolutions(network, clip):
    layers = []

    def record(module, inputs, output):
        layers.append({'kernel': module.kernel_size, 'stride': module.stride, 'groups': module.groups,
                       'input': inputs[0].shape[1:], 'output': output.shape[1:]})  # fmt: skip

    hooks = [module.register_forward_hook(record) for module in network.modules() if isinstance(module, nn.Conv3d)]
    with torch.no_grad():
        network(clip)
    for hook in hooks:
        hook.remove()
    return layers


def main():
    task = json.loads(sys.argv[1])
    folder = pathlib.Path(task['folder'])
    bytes_ = make_clips(task, task['height'], task['width'])
    bytes_.tofile(folder / 'clips.u8')
    if task.get('camera'):
        make_clips(task, *task['camera']).tofile(folder / 'camera.u8')
    clips = torch.from_numpy(network_input(bytes_[:SEEN_CLIPS], task))
    network = build(task['architecture'], task['classes'])
    enliven(network, clips)
    torch.save(network.state_dict(), folder / 'weights.pth')
    if task['onnx']:
        batch = torch.export.Dim('batch', min=1, max=1024)
        torch.onnx.export(network, (clips,), folder / 'model.onnx', dynamo=True, external_data=False,
                          input_names=['clips'], output_names=['logits'], dynamic_shapes=({0: batch},), verbose=False)
    (folder / 'layers.json').write_text(json.dumps(convolutions(network, clips[:1])))
    network.double()
    with torch.no_grad():
        rows = [network(torch.from_numpy(network_input(clip[None], task)).double()) for clip in bytes_]
    (folder / 'reference.json').write_text(json.dumps(torch.cat(rows).tolist()))


main()
