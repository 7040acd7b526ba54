/** Next.js renders pages only; server/ is the HTTP server around it (sign-in, security headers, the proxy to the backend). */

/** @type {import("next").NextConfig} */
export default {
  reactStrictMode: true,
  // A test builds beside an installation that runs from the same tree, not under it.
  distDir: process.env.PILOTHOUSE_UI_BUILD_DIR ?? ".next",
  poweredByHeader: false,
  productionBrowserSourceMaps: process.env.PILOTHOUSE_UI_SOURCE_MAPS === "1",
  compress: true,
  transpilePackages: ["@pilothouse/contracts"],
  turbopack: { root: new URL("../..", import.meta.url).pathname },
  // Next's own type check needs the JavaScript API of older compilers; `npm run typecheck` checks this folder instead.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  devIndicators: false,
  // Pages show live cluster state: a client-side copy of a page is never reused for longer than a click back.
  experimental: { optimizePackageImports: ["lucide-react", "radix-ui"] },
};
