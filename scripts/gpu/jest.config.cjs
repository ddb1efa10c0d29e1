const { dirname } = require('node:path');

// Of check.sh: the tests lie there as JavaScript, and nothing has to transform them.
/** @type {import('jest').Config} */
module.exports = {
  rootDir: dirname(dirname(__dirname)),
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.js'],
  testTimeout: 60_000,
  modulePathIgnorePatterns: ['<rootDir>/build/'],
  transform: {},
};
