/**
 * The git credential helper: asks the broker, which alone holds the keys, for the host that git names. Git speaks lines of
 * `key=value` on standard input and output (gitcredentials(7)). Silent when there is nothing for this host.
 */

async function main(): Promise<void> {
  if (process.argv[2] !== "get") return;
  const url = process.env["PILOTHOUSE_BROKER_URL"];
  const token = process.env["PILOTHOUSE_BROKER_TOKEN"];
  if (url === undefined || token === undefined) return;
  let input = "";
  for await (const chunk of process.stdin) input += String(chunk);
  const request = new Map(
    input.split("\n").map((line) => {
      const equals = line.indexOf("=");
      return [line.slice(0, equals), line.slice(equals + 1)] as const;
    }),
  );
  const host = request.get("host");
  // A key is never given to a connection that anyone on the way can read.
  if (host === undefined || request.get("protocol") !== "https") return;
  const response = await fetch(`${url}/credentials/git?host=${encodeURIComponent(host)}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) return;
  const answer: unknown = await response.json();
  if (typeof answer !== "object" || answer === null) return;
  const username = "username" in answer && typeof answer.username === "string" ? answer.username : "x-access-token";
  const password = "password" in answer ? answer.password : undefined;
  if (typeof password !== "string" || /[\n\0]/.test(`${username}${password}`)) return;
  process.stdout.write(`username=${username}\npassword=${password}\n`);
}

await main();
