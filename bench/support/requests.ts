/** Sends the same GET again and again, some at a time, and tells how long each took. */
import process from "node:process";
import { Agent } from "undici";
import { z } from "zod";

const Task = z.object({
  url: z.string(),
  token: z.string(),
  certificateAuthority: z.string().optional(),
  count: z.number(),
  width: z.number(),
});

process.on("message", (message) => {
  void run(Task.parse(message)).then((times) => process.send?.(times));
});

async function run({ url, token, certificateAuthority, count, width }: z.output<typeof Task>): Promise<number[]> {
  const { origin, pathname, search } = new URL(url);
  const agent = new Agent({ connections: width, connect: { ca: certificateAuthority } });
  const times: number[] = [];
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
  const one = async (): Promise<void> => {
    const began = performance.now();
    const { statusCode, body } = await agent.request({ origin, path: pathname + search, method: "GET", headers });
    JSON.parse(await body.text());
    if (statusCode !== 200) throw new Error(`${url} answers ${statusCode}`);
    times.push(performance.now() - began);
  };
  let left = count;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left > 0) {
        left -= 1;
        await one();
      }
    }),
  );
  await agent.close();
  return times;
}
