/** Where a model is: by its name, in the version that is served, or in one that is named. */
export const modelPaths = ['/v2/models/:model', '/v2/models/:model/versions/:version'] as const;

/** What these say. */
export interface ModelParameters {
  model: string;
  version?: string;
}
