const { fround } = Math;

/** The two source pixels on either side of each resized one, and their weights. See Note [Resize in the decoder]. */
export interface BilinearAxis {
  size: number;
  first: Int32Array;
  second: Int32Array;
  firstWeight: Float32Array;
  secondWeight: Float32Array;
}

/** `source` pixels are resized to `resized`: native/preprocessing/bilinear_axes-inl.h. */
export function bilinearAxis(source: number, resized: number): BilinearAxis {
  const scale = fround(source / resized);
  const axis = {
    size: resized,
    first: new Int32Array(resized),
    second: new Int32Array(resized),
    firstWeight: new Float32Array(resized),
    secondWeight: new Float32Array(resized),
  };
  for (let pixel = 0; pixel < resized; pixel++) {
    const position = source === resized ? pixel : Math.max(fround(scale * (pixel + 0.5) - 0.5), 0);
    const first = Math.min(Math.trunc(position), source - 1);
    const weight = Math.min(fround(position - first), 1);
    axis.first[pixel] = first;
    axis.second[pixel] = Math.min(first + 1, source - 1);
    axis.firstWeight[pixel] = 1 - weight;
    axis.secondWeight[pixel] = weight;
  }
  return axis;
}
