import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["components/**/*.test.ts", "components/**/*.test.tsx", "packages/**/*.test.ts", "deploy/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/.next/**", "e2e/**"],
    // Real processes, real sockets: the limits are for hangs, not for speed.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Suites start whole clusters; more of them at once than cores only makes each of them slow.
    maxWorkers: 2,
    // On a loaded machine a real process may miss a deadline once; what is broken fails twice.
    retry: process.env["CI"] === undefined ? 0 : 1,
  },
});
