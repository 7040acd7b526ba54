/** Says what is wrong with an installation after a history: lost, doubled or stuck sessions, and what was left behind. */
import { setTimeout as delay } from "node:timers/promises";
import {
  jobs,
  persistentVolumeClaims,
  pods,
  type ResourceType,
  secrets,
  serviceAccounts,
  services,
} from "@pilothouse/kubernetes";
import type { Installation } from "../support/installation.ts";
import { collectEvents } from "../support/transcript.ts";
import type { SessionPlan } from "./history.ts";
import { PROJECT, SESSIONS, type Play } from "./play.ts";
import { type SessionProcess, sessionProcesses } from "./processes.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- read as any client of the REST API would
type Session = any;

const RESTING = ["Stopped", "Completed", "Failed"];
/**
 * Why a session may fail here: it was killed more often than the operator is willing to try again, or the one run that
 * it was for was cut off and is not to be repeated.
 */
const FAIR_ENDS = ["gave up after", "The runner was stopped while this run was active", "the run was cut off"];
const PARALLEL_READERS = 12;

/** `coverage`: in which phases what was killed, in words. */
export type Verdict = {
  faults: string[];
  phases: Record<string, number>;
  settledAfter: number;
  coverage: string[];
};

/** Waits until nothing is on its way any more, at most `milliseconds`, and then looks at everything. */
export async function verify(
  installation: Installation,
  token: string,
  play: Play,
  milliseconds: number,
): Promise<Verdict> {
  const began = Date.now();
  let faults: string[] = [];
  let sessions: Session[] = [];
  do {
    sessions = await allSessions(installation, token);
    faults = unsettled(play, sessions, processesOf(installation));
    if (faults.length === 0) break;
    await delay(500);
  } while (Date.now() - began < milliseconds);
  const settledAfter = Date.now() - began;
  const phases: Record<string, number> = {};
  for (const { status } of sessions) phases[status.phase] = (phases[status.phase] ?? 0) + 1;
  faults.push(...play.ledger.violations, ...(await leftOvers(play, sessions)));
  faults.push(...(await transcriptFaults(installation, token, play, sessions)));
  return { faults, phases, settledAfter, coverage: play.coverage.describe() };
}

function processesOf(installation: Installation): SessionProcess[] {
  return sessionProcesses(Number(new URL(installation.endpoints.kubernetes).port));
}

async function allSessions(installation: Installation, token: string): Promise<Session[]> {
  const all: Session[] = [];
  for (let offset = 0; ; offset += 100) {
    const { status, body } = await installation.api(token, "GET", `${SESSIONS}?limit=100&offset=${offset}`);
    if (status !== 200) throw new Error(`the list was answered with ${status}`);
    all.push(...body.items);
    if (!body.hasMore) return all;
  }
}

/** What is not in a true and steady state. */
function unsettled(play: Play, sessions: Session[], processes: SessionProcess[]): string[] {
  const { created, deleted, wish } = play.ledger;
  const byName = new Map<string, Session>(sessions.map((session) => [session.metadata.name, session]));
  const faults: string[] = [];
  for (const [name, plan] of created) {
    const session = byName.get(name);
    if (session === undefined) {
      if (!deleted.has(name) && plan.habit !== "ttl") faults.push(`${name} is lost`);
      continue;
    }
    if (deleted.has(name)) faults.push(`${name} was deleted and is still there (${session.status?.phase})`);
    else faults.push(...faultsOf(session, plan, wish.get(name), processes));
  }
  const known = new Set(sessions.map((session) => session.metadata.uid));
  for (const { pid, kind, uid } of processes) {
    if (!known.has(uid)) faults.push(`${kind} ${pid} lives for a session that is gone (${uid})`);
  }
  return faults;
}

function faultsOf(
  { metadata, spec, status = {} }: Session,
  { habit }: SessionPlan,
  wish: string | undefined,
  processes: SessionProcess[],
): string[] {
  const phase = status.phase ?? "none";
  const own = processes.filter(({ uid }) => uid === metadata.uid);
  const count = (kind: string) => own.filter((process) => process.kind === kind).length;
  const say = (what: string) => `${metadata.name} (${habit}) ${what}; message: ${status.message ?? "none"}`;
  const faults: string[] = [];
  if (phase === "Running") {
    if (count("runner") !== 1 || count("broker") !== 1)
      faults.push(say(`is Running with ${count("runner")} runners and ${count("broker")} brokers`));
    if (status.agent?.status === undefined) faults.push(say("is Running and says nothing of its agent"));
    if (spec.desiredState !== "Running") faults.push(say("is Running though it was stopped"));
    if (status.agent?.promptDelivered !== true) faults.push(say("runs without its first prompt"));
    // Started again by a person, it waits for the next message however its first work ended.
    const endsByItself = habit === "inactivity" || habit === "timeout" || (habit !== "stays" && wish !== "Running");
    if (endsByItself && status.agent?.status !== "waiting_input")
      faults.push(say("is Running though it should have ended by itself"));
    else if (status.agent?.status === "working") faults.push(say("is still working"));
  } else if (RESTING.includes(phase)) {
    if (own.length > 0) faults.push(say(`is ${phase} and has ${own.length} processes`));
    if (status.transcript?.complete === false)
      faults.push(say(`is ${phase} and has not handed over: ${tellOf(status)}`));
    if (spec.desiredState !== "Stopped") faults.push(say(`rests as ${phase} though it is to run`));
    if (habit === "stays" && wish !== "Stopped" && phase !== "Failed")
      faults.push(say(`is ${phase} (${status.stoppedReason}) though nobody stopped it`));
    if (phase === "Failed" && !FAIR_ENDS.some((words) => String(status.message).startsWith(words)))
      faults.push(say("has failed"));
    if (habit === "ttl" && status.completionTime < new Date(Date.now() - 10_000).toISOString())
      faults.push(say(`is ${phase} and should have been deleted by its time to live`));
  } else {
    faults.push(say(`is ${phase}`));
  }
  if (status.observedGeneration !== metadata.generation) faults.push(say("has a status that is behind its spec"));
  return faults;
}

function tellOf({ conditions = [] }: Session): string {
  const found = conditions.find(({ type }: Session) => type === "TranscriptComplete");
  return found === undefined ? "nothing is said of it" : `${found.reason} ${found.message}`;
}

/** Objects of sessions that are gone. */
async function leftOvers(play: Play, sessions: Session[]): Promise<string[]> {
  const known = new Set(sessions.map((session) => session.metadata.uid));
  const faults: string[] = [];
  const kinds: ResourceType[] = [jobs, pods, secrets, serviceAccounts, services, persistentVolumeClaims];
  for (const kind of kinds) {
    const { items } = await play.client.list(kind, { namespace: PROJECT, labelSelector: "pilothouse.dev/session-uid" });
    for (const { metadata } of items) {
      const uid = metadata.labels?.["pilothouse.dev/session-uid"] ?? "";
      if (!known.has(uid)) faults.push(`${kind.kind} ${metadata.name} is left of a session that is gone`);
    }
  }
  return faults;
}

async function isGone(installation: Installation, token: string, name: string): Promise<boolean> {
  const { status, body } = await installation.api(token, "GET", `${SESSIONS}/${name}`);
  return status === 404 || body?.metadata?.deletionTimestamp !== undefined;
}

async function transcriptFaults(
  installation: Installation,
  token: string,
  play: Play,
  sessions: Session[],
): Promise<string[]> {
  const faults: string[] = [];
  const queue = [...sessions];
  const read = async (): Promise<void> => {
    for (let session = queue.pop(); session !== undefined; session = queue.pop()) {
      const { name } = session.metadata;
      const counted = session.status?.agent?.lastSeq ?? 0;
      let events = await collectEvents(installation, token, PROJECT, name, 0, 1_500);
      // A busy machine may need longer to answer; what is not there then is missing.
      if (events.length < counted) events = await collectEvents(installation, token, PROJECT, name, 0, 10_000);
      // A short time to live may have taken it since the list was read.
      if (events.length === 0 && (await isGone(installation, token, name))) continue;
      const gap = events.findIndex(({ seq }, index) => seq !== index + 1);
      if (gap !== -1) faults.push(`${name}: event ${gap + 1} of its transcript has number ${events[gap]?.seq}`);
      const prompt = play.ledger.created.get(name)?.prompt;
      const prompts = events.filter(
        ({ event }) => event.type === "RUN_STARTED" && JSON.stringify(event).includes(JSON.stringify(prompt)),
      );
      const commands = events.filter(
        ({ event }) => event.type === "TOOL_CALL_START" && event["toolCallName"] === "Bash",
      );
      // The simulated model has one command run for one first prompt.
      if (play.agent === "claude" && commands.length > 1)
        faults.push(`${name}: its work was done ${commands.length} times`);
      const delivered = session.status?.agent?.promptDelivered === true;
      if (prompts.length > 1) faults.push(`${name}: its first prompt was delivered ${prompts.length} times`);
      if (delivered && prompts.length === 0)
        faults.push(`${name}: its first prompt counts as delivered and is not there`);
      if (events.length < counted) faults.push(`${name}: ${events.length} events, and its status counts ${counted}`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_READERS }, read));
  return faults;
}
