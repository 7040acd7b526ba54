/** A user's own recording, put into the data directory, plays in a session; the export of a session is one again. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Installation } from "./support/installation.ts";
import { collectEvents, textOf } from "./support/transcript.ts";

const RECORDING = [
  { at: 0, event: { type: "RUN_STARTED", threadId: "t", runId: "r" } },
  { at: 5, event: { type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" } },
  { at: 10, event: { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "Recorded elsewhere, played here." } },
  { at: 15, event: { type: "TEXT_MESSAGE_END", messageId: "m" } },
  { at: 20, event: { type: "RUN_FINISHED", threadId: "t", runId: "r" } },
];

test("a recording of one's own plays, and what it played can be exported and played again", async () => {
  const installation = new Installation();
  try {
    await installation.up();
    const place = (name: string, text: string) =>
      writeFileSync(join(installation.dataDir, "recordings", `${name}.jsonl`), text);
    place("mine", RECORDING.map((line) => JSON.stringify(line)).join("\n"));
    const token = await installation.token("maria");
    const base = "/projects/studio/agentic-sessions";
    await installation.api(token, "POST", "/projects", { name: "studio" });

    const play = async (name: string, recording: string) => {
      const environmentVariables = { REPLAY_RECORDING: recording, REPLAY_SPEED: "0" };
      const session = { name, runnerType: "replay", initialPrompt: "Play", environmentVariables };
      await installation.eventually("creation", async () => {
        const created = await installation.api(token, "POST", base, session);
        return created.status === 201 ? true : undefined;
      });
      return installation.eventually(`the end of ${recording}`, async () => {
        const events = await collectEvents(installation, token, "studio", name, 0, 1_000);
        return events.some(({ event }) => event.type === "RUN_FINISHED") ? events : undefined;
      });
    };
    expect(textOf(await play("first", "mine"))).toBe("Recorded elsewhere, played here.");

    const exported = await fetch(`${installation.endpoints.backend}/api${base}/first/export?format=json`, {
      headers: { authorization: `Bearer ${token}` },
    });
    place("again", await exported.text());
    expect(textOf(await play("second", "again"))).toBe("Recorded elsewhere, played here.");
  } finally {
    await installation.remove();
  }
});
