/** Browser and black-box suites: they drive the product from outside, as a user would. */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  // Each spec starts an installation of its own; two cores carry one at a time.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  // On a loaded machine a real process may miss a deadline once; what is broken fails twice.
  retries: process.env["CI"] === undefined ? 0 : 1,
  forbidOnly: true,
  reporter: [["list"], ["json"]],
  outputDir: "test-results",
  projects: [
    { name: "desktop", testIgnore: "**/phone.spec.ts" },
    { name: "phone", testMatch: "**/phone.spec.ts", use: { viewport: { width: 390, height: 844 }, hasTouch: true } },
  ],
  use: {
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
