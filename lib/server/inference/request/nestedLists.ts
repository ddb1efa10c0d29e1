import { badRequest } from './badRequest';

const [comma, space, openList, closeList] = [0x2c, 0x20, 0x5b, 0x5d];

/** Follows the brackets and commas of a JSON array that is nested as a shape is; what is between them is for others. */
export class NestedLists {
  private depth = 0;
  /** Of each open list: the commas in it. */
  private readonly commas: number[] = [];

  constructor(
    private readonly name: string,
    private readonly shape: readonly number[],
  ) {}

  /**
   * Puts spaces in place of the brackets from `start` to `end`.
   *
   * @throws KinetorchError `ERR_INVALID_ARGUMENT` for lists that are not as the shape says
   */
  flatten(text: Buffer, start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const byte = text[at];
      if (byte === comma) (this.commas[this.depth - 1] as number)++;
      else if (byte === openList) {
        if (this.depth === this.shape.length) throw this.wrong('lists that are nested deeper');
        this.commas[this.depth++] = 0;
        text[at] = space;
      } else if (byte === closeList) {
        this.close();
        text[at] = space;
      }
    }
  }

  private close(): void {
    this.depth--;
    const count = (this.commas[this.depth] as number) + 1;
    const wanted = this.shape[this.depth];
    if (count !== wanted) throw this.wrong(`a list of ${count} where ${wanted} are wanted`);
  }

  private wrong(received: string): Error {
    return badRequest(
      `data of input '${this.name}' to be nested as its shape [${this.shape.join(', ')}] but received ${received}`,
    );
  }
}
