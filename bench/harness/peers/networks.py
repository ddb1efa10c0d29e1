"""The networks of the benchmark as plain PyTorch modules, with the state-dict keys of Kinetorch's files.

Written as PyTorch's users write them (torchvision's video ResNets, VMZ's CSN), so that eager mode, torch.compile and the
ONNX exporter meet what they meet elsewhere.
"""

import torch
from torch import nn


def conv(inputs, outputs, kernel, stride=(1, 1, 1), groups=1):
    padding = tuple(size // 2 for size in kernel)
    return nn.Conv3d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)


class Block(nn.Module):
    """conv1 to convN one after the other, and the shortcut added before the last ReLU."""

    def __init__(self, convs, downsample):
        super().__init__()
        self.names = [f'conv{index + 1}' for index in range(len(convs))]
        for name, module in zip(self.names, convs):
            self.add_module(name, module)
        self.downsample = downsample

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        for name in self.names:
            x = getattr(self, name)(x)
        return torch.relu_(x + shortcut)


class Network(nn.Module):
    """N x 3 x T x H x W -> N x classes."""

    def __init__(self, stem, layers, features, classes):
        super().__init__()
        self.stem = stem
        self.layer1, self.layer2, self.layer3, self.layer4 = layers
        self.fc = nn.Linear(features, classes)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))
        return self.fc(nn.functional.adaptive_avg_pool3d(x, 1).flatten(1))


def stack(block, channels, widths, counts):
    """Four stages of `block(inputs, width, stage, first)`, which gives a module and its number of output channels."""
    layers = []
    for stage, (width, count) in enumerate(zip(widths, counts)):
        blocks = []
        for index in range(count):
            module, channels = block(channels, width, stage, index == 0)
            blocks.append(module)
        layers.append(nn.Sequential(*blocks))
    return layers, channels


def resnet18(kind):
    """`kind` is r3d, mc3 or r2plus1d."""

    def block_conv(inputs, outputs, middle, stride, stage):
        if kind == 'r2plus1d':
            return nn.Sequential(conv(inputs, middle, (1, 3, 3), (1, stride, stride)), nn.BatchNorm3d(middle),
                                 nn.ReLU(True), conv(middle, outputs, (3, 1, 1), (stride, 1, 1)))
        if kind == 'mc3' and stage > 0:
            return conv(inputs, outputs, (1, 3, 3), (1, stride, stride))
        return conv(inputs, outputs, (3, 3, 3), (stride,) * 3)

    def block(inputs, width, stage, first):
        stride = 2 if first and stage > 0 else 1
        middle = (inputs * width * 27) // (inputs * 9 + 3 * width)
        convs = [nn.Sequential(block_conv(inputs, width, middle, stride, stage), nn.BatchNorm3d(width), nn.ReLU(True)),
                 nn.Sequential(block_conv(width, width, middle, 1, stage), nn.BatchNorm3d(width))]
        steps = (1 if kind == 'mc3' else stride, stride, stride)
        same = stride == 1 and inputs == width
        return Block(convs, None if same else shortcut(inputs, width, steps)), width

    def build(classes):
        stem = [conv(3, 64, (3, 7, 7), (1, 2, 2)), nn.BatchNorm3d(64), nn.ReLU(True)]
        if kind == 'r2plus1d':
            stem = [conv(3, 45, (1, 7, 7), (1, 2, 2)), nn.BatchNorm3d(45), nn.ReLU(True),
                    conv(45, 64, (3, 1, 1)), nn.BatchNorm3d(64), nn.ReLU(True)]
        return Network(nn.Sequential(*stem), *stack(block, 64, [64, 128, 256, 512], [2, 2, 2, 2]), classes)

    return build


def shortcut(inputs, outputs, stride, eps=1e-5):
    return nn.Sequential(conv(inputs, outputs, (1, 1, 1), stride), nn.BatchNorm3d(outputs, eps=eps))


def ir_csn_50(classes):
    eps = 1e-3  # VMZ's

    def block(inputs, width, stage, first):
        stride = (2, 2, 2) if first and stage > 0 else (1, 1, 1)
        norm = [nn.BatchNorm3d(channels, eps=eps) for channels in (width, width, 4 * width)]
        convs = [nn.Sequential(conv(inputs, width, (1, 1, 1)), norm[0], nn.ReLU(True)),
                 nn.Sequential(conv(width, width, (3, 3, 3), stride, width), norm[1], nn.ReLU(True)),
                 nn.Sequential(conv(width, 4 * width, (1, 1, 1)), norm[2])]
        return Block(convs, shortcut(inputs, 4 * width, stride, eps) if first else None), 4 * width

    stem = nn.Sequential(conv(3, 64, (3, 7, 7), (1, 2, 2)), nn.BatchNorm3d(64, eps=eps), nn.ReLU(True),
                         nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)))
    return Network(stem, *stack(block, 64, [64, 128, 256, 512], [3, 4, 6, 3]), classes)


def r2plus1d_dw(classes):
    def separable(inputs, outputs, stride):
        return [conv(inputs, inputs, (1, 3, 3), (1, *stride[1:]), inputs), nn.BatchNorm3d(inputs), nn.ReLU(True),
                conv(inputs, inputs, (3, 1, 1), (stride[0], 1, 1), inputs), nn.BatchNorm3d(inputs), nn.ReLU(True),
                conv(inputs, outputs, (1, 1, 1)), nn.BatchNorm3d(outputs)]

    def block(inputs, width, stage, first):
        stride = (2 if stage > 0 else 1, 2, 2) if first else (1, 1, 1)
        convs = [nn.Sequential(*separable(inputs, width, stride), nn.ReLU(True)),
                 nn.Sequential(*separable(width, width, (1, 1, 1)))]
        pooled = nn.Sequential(nn.AvgPool3d(stride, stride, ceil_mode=True, count_include_pad=False),
                               conv(inputs, width, (1, 1, 1)), nn.BatchNorm3d(width))
        return Block(convs, pooled if first else None), width

    stem = nn.Sequential(conv(3, 24, (1, 5, 5), (1, 2, 2)), conv(24, 32, (5, 1, 1)), nn.BatchNorm3d(32), nn.ReLU(True))
    return Network(stem, *stack(block, 32, [32, 64, 128, 256], [1, 2, 2, 2]), classes)


BUILDERS = {
    'r2plus1d_18': resnet18('r2plus1d'),
    'r3d_18': resnet18('r3d'),
    'mc3_18': resnet18('mc3'),
    'ir_csn_50': ir_csn_50,
    'r2plus1d_dw': r2plus1d_dw,
}


def build(architecture, classes):
    return BUILDERS[architecture](classes).eval()
