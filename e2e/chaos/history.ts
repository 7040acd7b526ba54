/** What will be done to the sessions of one history, and when: decided beforehand by the seed alone. */
import { type Random, randomOf } from "./random.ts";

/** How a session is meant to end by itself, if it is. */
export type Habit = "stays" | "run-finished" | "inactivity" | "timeout" | "ttl";

export type SessionPlan = { name: string; habit: Habit; prompt: string };

export type Deed =
  | { do: "create"; session: SessionPlan }
  | { do: "stop" | "start" | "delete" | "message" | "delete-pod" | "delete-job"; name: string }
  | { do: "kill"; name: string; process: "runner" | "broker" }
  | { do: "kill-component"; component: "operator" | "backend" }
  | { do: "kill-everything" };

/** `at`: milliseconds since the history began. */
export type Step = Deed & { at: number };

export type HistoryOptions = {
  seed: number;
  sessions: number;
  /** Deeds fall into this time. */
  milliseconds: number;
  /** How often the whole control plane dies. */
  blackouts: number;
  /** Who is in the sessions: recordings that are replayed (default), or Claude Code with a simulated model. */
  agent?: Agent;
};

export type Agent = "replay" | "claude";

const HABITS: readonly Habit[] = ["stays", "stays", "stays", "run-finished", "inactivity", "timeout", "ttl"];

export function historyOf({ seed, sessions, milliseconds, blackouts, agent }: HistoryOptions): Step[] {
  const random = randomOf(seed);
  const steps: Step[] = [];
  for (let index = 0; index < sessions; index += 1) {
    const name = `s-${seed}-${index}`;
    const habit = random.pick(HABITS);
    // What makes the simulated model write, run a command and ask; to other words it has a short answer.
    const work = agent === "claude" && habit === "stays" ? ": write a greeting" : "";
    const session: SessionPlan = { name, habit, prompt: `first prompt of ${name}${work}` };
    const born = random.integer(0, Math.floor(milliseconds / 2));
    steps.push({ at: born, do: "create", session });
    for (let left = random.integer(0, 4); left > 0; left -= 1) {
      steps.push({ at: random.integer(born + 1, milliseconds), ...deedTo(name, random) });
    }
  }
  for (let left = Math.max(1, Math.round(sessions / 40)); left > 0; left -= 1) {
    const component = random.pick(["operator", "operator", "backend"] as const);
    steps.push({ at: random.integer(0, milliseconds), do: "kill-component", component });
  }
  for (let left = blackouts; left > 0; left -= 1) {
    steps.push({ at: random.integer(Math.floor(milliseconds / 10), milliseconds), do: "kill-everything" });
  }
  return steps.toSorted((a, b) => a.at - b.at);
}

function deedTo(name: string, random: Random): Deed {
  const dice = random.next();
  if (dice < 0.22) return { do: "stop", name };
  if (dice < 0.42) return { do: "start", name };
  if (dice < 0.52) return { do: "delete", name };
  if (dice < 0.65) return { do: "message", name };
  if (dice < 0.75) return { do: "delete-pod", name };
  if (dice < 0.8) return { do: "delete-job", name };
  return { do: "kill", name, process: random.chance(0.7) ? "runner" : "broker" };
}
