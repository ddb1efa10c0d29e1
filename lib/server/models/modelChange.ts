/** What a reload made of a model. */
export interface ModelChange {
  name: string;
  /** `kept`: it was as it is. `failed`: the one before, where there was one, goes on. */
  outcome: 'loaded' | 'kept' | 'unloaded' | 'failed';
  /** Why it failed. */
  error?: unknown;
}
