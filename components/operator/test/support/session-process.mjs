// What stands in for a session's two containers in tests of the operator: real processes that serve, end and die as
// the session's environment variables say. It knows nothing of agents.
import { createServer } from "node:http";
import { writeFileSync } from "node:fs";

const { POD_IP, PILOTHOUSE_RUNNER_PORT, PILOTHOUSE_BROKER_PORT, TEST_EXIT_CODE, TEST_EXIT_AFTER_MS, TEST_NEVER_READY } =
  process.env;
const port = Number(process.argv[2] === "broker" ? PILOTHOUSE_BROKER_PORT : PILOTHOUSE_RUNNER_PORT);
const server = createServer((request, response) => {
  const ready = request.url !== "/ready" || TEST_NEVER_READY === undefined;
  response.writeHead(ready ? 200 : 503).end("{}");
});
server.listen(port, POD_IP);
process.on("SIGTERM", () => process.exit(143));
if (process.argv[2] === "runner" && TEST_EXIT_CODE !== undefined) {
  setTimeout(
    () => {
      writeFileSync(
        process.env.PILOTHOUSE_TERMINATION_MESSAGE_FILE ?? "/dev/termination-log",
        process.env.TEST_LAST_WORDS ?? "",
      );
      process.exit(Number(TEST_EXIT_CODE));
    },
    Number(TEST_EXIT_AFTER_MS ?? 0),
  );
}
