"""A plain PyTorch training loop over clips in memory, the peer of bench/training/compare.ts.

Reads one JSON object from the command line and prints milliseconds a step as a JSON array. The networks are eager
`nn.Module`s with the same layers as Kinetorch's, in channels_last_3d, which is the faster layout. On a GPU the clips are
uploaded as bytes from pinned memory, and the next batch is gathered while the device computes.
"""

import json
import sys
import time

import torch
from torch import nn

MEAN = [0.43216, 0.394666, 0.37645]
STD = [0.22803, 0.22145, 0.216989]


def conv(cin, cout, kernel, stride=(1, 1, 1), groups=1):
    padding = [size // 2 for size in kernel]
    return nn.Conv3d(cin, cout, kernel, stride, padding, groups=groups, bias=False)


class Block(nn.Module):
    def __init__(self, branch, downsample):
        super().__init__()
        self.branch, self.downsample = branch, downsample

    def forward(self, x):
        return torch.relu_(self.branch(x).add_(self.downsample(x)))


def r2plus1d_18(classes):
    def factored(cin, cout, mid, stride):
        return [conv(cin, mid, (1, 3, 3), (1, stride, stride)), nn.BatchNorm3d(mid), nn.ReLU(True),
                conv(mid, cout, (3, 1, 1), (stride, 1, 1)), nn.BatchNorm3d(cout)]

    def block(cin, cout, stride):
        mid = (cin * cout * 27) // (cin * 9 + 3 * cout)
        branch = nn.Sequential(*factored(cin, cout, mid, stride), nn.ReLU(True), *factored(cout, cout, mid, 1))
        same = stride == 1 and cin == cout
        shortcut = nn.Sequential(conv(cin, cout, (1, 1, 1), (stride,) * 3), nn.BatchNorm3d(cout))
        return Block(branch, nn.Identity() if same else shortcut)

    layers = [conv(3, 45, (1, 7, 7), (1, 2, 2)), nn.BatchNorm3d(45), nn.ReLU(True),
              conv(45, 64, (3, 1, 1)), nn.BatchNorm3d(64), nn.ReLU(True)]
    cin = 64
    for index, cout in enumerate([64, 128, 256, 512]):
        layers += [block(cin, cout, 1 if index == 0 else 2), block(cout, cout, 1)]
        cin = cout
    return nn.Sequential(*layers, nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(512, classes))


def r2plus1d_dw(classes):
    def separable(cin, cout, stride):
        return [conv(cin, cin, (1, 3, 3), (1, stride[1], stride[2]), cin), nn.BatchNorm3d(cin), nn.ReLU(True),
                conv(cin, cin, (3, 1, 1), (stride[0], 1, 1), cin), nn.BatchNorm3d(cin), nn.ReLU(True),
                conv(cin, cout, (1, 1, 1)), nn.BatchNorm3d(cout)]

    def block(cin, cout, stride):
        branch = nn.Sequential(*separable(cin, cout, stride), nn.ReLU(True), *separable(cout, cout, (1, 1, 1)))
        nn.init.zeros_(branch[-1].weight)
        shortcut = nn.Sequential(nn.AvgPool3d(stride, stride, ceil_mode=True, count_include_pad=False),
                                 conv(cin, cout, (1, 1, 1)), nn.BatchNorm3d(cout))
        return Block(branch, nn.Identity() if stride == (1, 1, 1) and cin == cout else shortcut)

    layers = [conv(3, 24, (1, 5, 5), (1, 2, 2)), conv(24, 32, (5, 1, 1)), nn.BatchNorm3d(32), nn.ReLU(True)]
    cin = 32
    for stage, (cout, blocks) in enumerate(zip([32, 64, 128, 256], [1, 2, 2, 2])):
        for index in range(blocks):
            layers.append(block(cin, cout, ((1 if stage == 0 else 2), 2, 2) if index == 0 else (1, 1, 1)))
            cin = cout
    return nn.Sequential(*layers, nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(256, classes))


class Prepare:
    """Random crop and flip of each clip, then normalised floats, on the device."""

    def __init__(self, height, width, device):
        self.height, self.width, self.device = height, width, device
        self.mean, self.std = (torch.tensor(values, device=device).view(1, 3, 1, 1, 1) for values in (MEAN, STD))

    def __call__(self, clips):
        clips = clips.to(self.device, non_blocking=True)
        height, width = self.height, self.width
        out = torch.empty(*clips.shape[:2], height, width, 3, dtype=torch.uint8, device=self.device)
        for index, clip in enumerate(clips):
            top = int(torch.randint(0, clip.shape[1] - height + 1, ()))
            left = int(torch.randint(0, clip.shape[2] - width + 1, ()))
            crop = clip[:, top : top + height, left : left + width]
            out[index] = crop.flip(2) if torch.rand(()) < 0.5 else crop
        x = out.permute(0, 4, 1, 2, 3).float().div_(255).sub_(self.mean).div_(self.std)
        return x.contiguous(memory_format=torch.channels_last_3d)


def main():
    task = json.loads(sys.argv[1])
    torch.set_num_threads(task["threads"])
    torch.manual_seed(1)
    torch.backends.cudnn.benchmark = True
    device = torch.device(task["device"])
    classes, batch = task["classes"], task["batch"]
    network = {"r2plus1d_18": r2plus1d_18, "r2plus1d_dw": r2plus1d_dw}[task["architecture"]](classes)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    if parameters != task["parameters"]:
        raise SystemExit(f"expected {task['parameters']} parameters but this network has {parameters}")
    network = network.train().to(device, memory_format=torch.channels_last_3d)
    if task["optimizer"] == "sgd":
        optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, nesterov=True, fused=True)
    else:
        optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, fused=True)
    prepare = Prepare(task["height"], task["width"], device)
    clips = torch.randint(0, 256, (64, task["frames"], *task["resize"], 3), dtype=torch.uint8)
    labels = torch.arange(64) % classes
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.1)
    gathered = torch.empty(batch, *clips.shape[1:], dtype=torch.uint8, pin_memory=device.type == "cuda")

    def gather():
        chosen = torch.randperm(64)[:batch]
        torch.index_select(clips, 0, chosen, out=gathered)
        return labels[chosen]

    shown = gather()
    times = []
    for _ in range(task["steps"]):
        start = time.perf_counter()
        x = prepare(gathered)
        if device.type == "cuda":
            uploaded = torch.cuda.current_stream().record_event()
        with torch.autocast(device.type, torch.bfloat16, enabled=task["precision"] == "bfloat16"):
            loss = loss_of(network(x), shown.to(device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        # The upload is long done, but only this says so.
        if device.type == "cuda":
            uploaded.synchronize()
        shown = gather()
        loss.item()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps(times))


main()
