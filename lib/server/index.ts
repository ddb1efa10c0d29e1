/** @module kinetorch/server */
export { createServer, type VideoServer } from './createServer';
export type { ModelChange } from './models/modelRepository';
export type { ServedModelOptions, ServerOptions } from './options';
