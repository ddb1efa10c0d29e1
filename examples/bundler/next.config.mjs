// Next.js: leave Kinetorch out of the server's bundle. It finds its native addon, LibTorch and its decoder process beside
// its own files. Use it in route handlers and server actions with the Node runtime (`export const runtime = 'nodejs'`).

// What `output: 'standalone'` does not see being required: the platform's package and the decoder process, with FFmpeg,
// are opened by path.
const kinetorch = ['kinetorch', '@kinetorch', '@seydx'].map((name) => `node_modules/${name}/**`);

/** @type {import('next').NextConfig} */
export default {
  serverExternalPackages: ['kinetorch'],
  outputFileTracingIncludes: { '/**': kinetorch },
};
