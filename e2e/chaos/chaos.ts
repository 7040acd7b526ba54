/** One history from its seed to the verdict, on an installation of its own. */
import { Installation } from "../support/installation.ts";
import { startSimulatedModel } from "../support/simulated-model.ts";
import { historyOf, type HistoryOptions } from "./history.ts";
import { Play, PROJECT } from "./play.ts";
import { type Verdict, verify } from "./verify.ts";

/** How long after the last deed every session must be in a true and steady phase. */
const SETTLE_MS = 60_000;

/** @param options.keep leave the installation running, to look at it */
export async function chaos(options: HistoryOptions & { keep?: boolean }): Promise<Verdict & { dataDir: string }> {
  const { agent = "replay" } = options;
  const model = agent === "claude" ? await startSimulatedModel() : undefined;
  const env: Record<string, string> = model === undefined ? {} : { ANTHROPIC_UPSTREAM_URL: model.url };
  const installation = new Installation({ args: ["--no-ui"], env });
  try {
    await installation.up();
    const token = await installation.token("maria");
    await installation.eventually("the project", async () => {
      const { status } = await installation.api(token, "POST", "/projects", { name: PROJECT });
      return status === 201 || status === 409 ? true : undefined;
    });
    if (model !== undefined) {
      const keys = { data: { ANTHROPIC_API_KEY: "sk-test-key" } };
      const { status } = await installation.api(token, "PUT", `/projects/${PROJECT}/runner-secrets`, keys);
      if (status !== 200) throw new Error(`the model's key was answered with ${status}`);
    }
    const play = await Play.begin(installation, token, agent);
    await play.run(historyOf(options));
    return { ...(await verify(installation, token, play, SETTLE_MS)), dataDir: installation.dataDir };
  } finally {
    if (options.keep !== true) {
      await installation.remove();
      await model?.stop();
    }
  }
}
