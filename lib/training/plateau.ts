/** What {@link Plateau} goes on from after a resume. */
export interface PlateauState {
  factor: number;
  best: number | null;
  badEpochs: number;
}

/** A lower loss counts as lower from this share on, as in PyTorch's `ReduceLROnPlateau`. */
const threshold = 1e-4;

/** Lowers the learning rate by `gamma` once the validation loss has not fallen for more than `patience` epochs. */
export class Plateau {
  constructor(
    private readonly patience: number,
    private readonly gamma: number,
    readonly state: PlateauState = { factor: 1, best: null, badEpochs: 0 },
  ) {}

  /** Takes the loss of an epoch; `state.factor` is what the rate is multiplied by from then on. */
  observe(loss: number): void {
    const { state } = this;
    if (state.best === null || loss < state.best * (1 - threshold)) {
      state.best = loss;
      state.badEpochs = 0;
      return;
    }
    state.badEpochs++;
    if (state.badEpochs <= this.patience) return;
    state.factor *= this.gamma;
    state.badEpochs = 0;
  }
}
