export { createServer, type VideoServer } from './createServer';
export type { ServedModelOptions, ServerOptions } from './options';
