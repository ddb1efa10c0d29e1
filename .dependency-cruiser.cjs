// The dependency rules of docs/architecture.md for lib/:
//   index, cli → training, evaluation, report, picture, model, dataset → video → native.ts → libtorch → errors.ts;
//   never upward, no cycles, and nothing but native.ts touches the addon.

const rank = [
  ['cli', '^lib/(cli/|index\\.m?ts$)'],
  ['work', '^lib/(training|evaluation|report|picture|model|dataset)/'],
  ['video', '^lib/video/'],
  ['native', '^lib/native\\.ts$'],
  ['libtorch', '^lib/libtorch/'],
  ['errors', '^lib/errors\\.ts$'],
];

// A file of types is erased by the compiler: it may be imported from anywhere, and has no part in a cycle.
const types = '(^|/)types\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...rank.slice(1).map(([name, path], index) => ({
      name: `never-upward-from-${name}`,
      severity: 'error',
      from: { path, pathNot: types },
      to: {
        path: rank.slice(0, index + 1).map(([, above]) => above),
        pathNot: types,
      },
    })),
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
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      // Reached from outside lib/: the package's entry points, and the installer that scripts/setup/main.mjs runs.
      from: { orphan: true, path: '^lib/', pathNot: '^lib/(index\\.m?ts|cli/main\\.ts)$' },
      to: {},
    },
    {
      name: 'no-dev-dependencies',
      comment: 'what users install has only dependencies, not devDependencies',
      severity: 'error',
      from: { path: '^lib/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'], pathNot: '@types' },
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
