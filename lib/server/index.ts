/** @module kinetorch/server */
export { createServer } from './createServer';
export type { ModelChange } from './models/modelChange';
export type { ServedModelOptions, ServerOptions } from './options';
export type { VideoServer } from './videoServer';
