// What `import` gets: the same module as `require` (see lib/index.mts).
export * from './index.js';
