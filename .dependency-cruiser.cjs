// The dependency rules of docs/architecture.md for lib/. Types count as everything else does, and there are no circles.

// From the top down: a room uses those below it.
const ranks = [
  ['index', '^lib/index\\.m?ts$'],
  ['cli', '^lib/cli/'],
  ['server', '^lib/server/'],
  ['training', '^lib/training/'],
  ['report', '^lib/report/'],
  ['quantization', '^lib/quantization/'],
  ['evaluation', '^lib/evaluation/'],
  ['dataset', '^lib/dataset/'],
  ['model', '^lib/model/'],
  ['video', '^lib/video/'],
  ['clip', '^lib/clip/'],
  ['sandbox', '^lib/sandbox/'],
  ['native', '^lib/native\\.ts$'],
  ['libtorch', '^lib/libtorch/'],
  ['base', '^lib/base/'],
];

// The same within rooms that have rooms of their own.
const ranksWithin = [
  [
    ['dataset-clips', '^lib/dataset/clips/'],
    ['dataset-collections', '^lib/dataset/collections/'],
    ['dataset-cache', '^lib/dataset/cache/'],
    ['dataset-options', '^lib/dataset/options\\.ts$'],
    ['dataset-types', '^lib/dataset/types\\.ts$'],
  ],
  [
    ['libtorch-install', '^lib/libtorch/install/'],
    ['libtorch-find', '^lib/libtorch/find/'],
  ],
  [
    ['cli-commands', '^lib/cli/commands/'],
    ['cli-flags', '^lib/cli/flags/'],
  ],
  [
    ['cli-commands', '^lib/cli/commands/'],
    ['cli-print', '^lib/cli/print/'],
  ],
  [
    ['server-index', '^lib/server/(index\\.m?ts|createServer\\.ts|runningServer\\.ts)$'],
    ['server-inference', '^lib/server/inference/'],
    ['server-streams', '^lib/server/streams/'],
    ['server-videos', '^lib/server/videos/'],
    ['server-http', '^lib/server/http/'],
    ['server-config', '^lib/server/config/'],
    ['server-options', '^lib/server/options\\.ts$'],
  ],
];

const neverUpward = (levels) =>
  levels.slice(1).map(([name, path], index) => ({
    name: `never-upward-from-${name}`,
    severity: 'error',
    from: { path },
    to: { path: levels.slice(0, index + 1).map(([, above]) => above) },
  }));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...[ranks, ...ranksWithin].flatMap(neverUpward),
    {
      name: 'every-file-has-a-rank',
      comment: 'a new room of lib/ takes its place in `ranks`',
      severity: 'error',
      from: {},
      to: { path: '^lib/', pathNot: ranks.map(([, path]) => path) },
    },
    {
      name: 'only-native-loads-the-addon',
      comment: 'lib/native.ts is the only place that requires a .node file',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/native\\.ts$' },
      to: { path: '\\.node$' },
    },
    {
      name: 'libtorch-only-by-native-and-cli',
      comment: 'finding LibTorch is the business of native.ts, and of the command line that reports on it',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(native\\.ts$|libtorch/|cli/)' },
      to: { path: '^lib/libtorch/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: '^lib/' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      // Reached from outside lib/: the package's entry points.
      from: { orphan: true, path: '^lib/', pathNot: '^lib/(index\\.m?ts|cli/main\\.ts)$' },
      to: {},
    },
    {
      name: 'no-dev-dependencies',
      // scripts/package/carryNodeAv.mjs lays node-av's files into what is published; jsfive, Fastify and OpenTelemetry are optional peers.
      comment: 'what users install has only dependencies, not devDependencies',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        dependencyTypesNot: ['type-only'],
        pathNot: '@types|^node_modules/(node-av|jsfive|fastify|@fastify|@opentelemetry)/',
      },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: { path: '^lib/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '\\.node$'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types', 'default'],
    },
  },
};
