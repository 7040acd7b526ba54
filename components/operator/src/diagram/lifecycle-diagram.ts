// Draws the session's lifecycle from its transition table, as Mermaid.
import { FINAL_PHASES, TRANSITIONS, type Transition } from "../session/lifecycle.ts";

const RESTING = "Resting";

/** The text of docs/diagrams/lifecycle.md. */
export function lifecycleDocument(transitions: readonly Transition[] = TRANSITIONS): string {
  const lines = edges(transitions).map(({ from, to, when }) => `    ${from} --> ${to}: ${when}`);
  return `# A session's lifecycle

<!-- Drawn from components/operator/src/session/lifecycle.ts by \`node components/operator/src/diagram/write.ts\`. Do not edit. -->

\`\`\`mermaid
stateDiagram-v2
    state ${RESTING} {
${FINAL_PHASES.map((phase) => `        ${phase}`).join("\n")}
    }
${lines.join("\n")}
\`\`\`

What each phase means is in [session-status](../design/session-status.md), how one follows from another in
[session-reconciliation](../design/session-reconciliation.md).
`;
}

/** One arrow for what all resting phases have in common; Mermaid's own start for a new session. */
function edges(transitions: readonly Transition[]): { from: string; to: string; when: string }[] {
  const isResting = (phase: string): boolean => FINAL_PHASES.some((final) => final === phase);
  const drawn = new Set<string>();
  return transitions.flatMap(({ from, to, when }) => {
    const source = from === "New" ? "[*]" : isResting(from) ? RESTING : from;
    const key = `${source} ${to} ${when}`;
    if (drawn.has(key)) return [];
    drawn.add(key);
    return [{ from: source, to, when }];
  });
}
