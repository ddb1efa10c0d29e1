// esbuild (the same option is `external` in Rollup, Vite's `ssr.external` and tsup): leave Kinetorch out of the bundle,
// and deploy node_modules/kinetorch, node_modules/@kinetorch and what they depend on beside it.
//
//   node esbuild.mjs server.mjs dist/server.mjs
import { build } from 'esbuild';

const [entry, outfile] = process.argv.slice(2);

await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: outfile.endsWith('.mjs') ? 'esm' : 'cjs',
  external: ['kinetorch'],
});
