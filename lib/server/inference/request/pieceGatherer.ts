/** Smaller pieces are copied: each costs more than its bytes. */
const leastBytes = 4096;
const blockBytes = 65_536;

/** Gathers the pieces of a body as they come: however small they are, they take about as much memory as their bytes. */
export class PieceGatherer {
  private readonly pieces: Buffer[] = [];
  /** Small ones that came in a row lie from `begin` to `end`. */
  private block = Buffer.alloc(0);
  private begin = 0;
  private end = 0;

  add(piece: Buffer): void {
    if (piece.length >= leastBytes) {
      this.closeRow();
      this.pieces.push(piece);
      return;
    }
    if (this.end + piece.length > this.block.length) {
      this.closeRow();
      this.block = Buffer.allocUnsafeSlow(blockBytes);
      this.begin = 0;
      this.end = 0;
    }
    this.end += piece.copy(this.block, this.end);
  }

  /** All bytes, in their order. */
  all(): Buffer[] {
    this.closeRow();
    return this.pieces;
  }

  private closeRow(): void {
    if (this.end > this.begin) this.pieces.push(this.block.subarray(this.begin, this.end));
    this.begin = this.end;
  }
}
