// Next.js: leave Kinetorch out of the server's bundle. It finds its native addon, LibTorch and its decoder process beside
// its own files. Use it in route handlers and server actions with the Node runtime (`export const runtime = 'nodejs'`).

/** @type {import('next').NextConfig} */
export default {
  serverExternalPackages: ['kinetorch'],
  // `output: 'standalone'` copies what it sees being required; the platform's package is opened by path.
  outputFileTracingIncludes: { '/**': ['node_modules/kinetorch/**', 'node_modules/@kinetorch/**'] },
};
