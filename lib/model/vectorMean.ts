/** The mean of vectors of one length, of which none is kept. */
export class VectorMean {
  private sums = new Float64Array();
  private count = 0;

  add(vector: Float32Array): void {
    if (this.count === 0) this.sums = new Float64Array(vector.length);
    this.count++;
    for (let i = 0; i < vector.length; i++) this.sums[i] = (this.sums[i] ?? 0) + (vector[i] ?? 0);
  }

  /** Of those that were added; without any it has no elements. */
  get value(): Float32Array {
    return Float32Array.from(this.sums, (sum) => sum / this.count);
  }
}
