/**
 * What a repository's own configuration could make git run, switched off. A clone brings no configuration along, but an
 * agent that may only edit files could write some, and the platform's git must not run it. Pure.
 */

/** Settings whose value is a command or a program, by the pattern of their name; and what takes their place. */
const RUNS: readonly (readonly [RegExp, string])[] = [
  [/^filter\..*\.(clean|smudge|process)$/s, ""],
  [/^filter\..*\.required$/s, "false"],
  [/^merge\..*\.driver$/s, "false"],
  [/^remote\..*\.(vcs|proxy)$/s, ""],
  [/^core\.alternaterefscommand$/, "true"],
  [/^push\.gpgsign$/, "false"],
  [/^http\.(.*\.)?proxy$/s, ""],
];

/**
 * @param names all settings that hold in the repository, as `git config --list --name-only` tells them
 * @returns settings that win when they are given by environment
 */
export function harmless(names: readonly string[]): (readonly [string, string])[] {
  const found = new Map<string, string>();
  for (const name of names) {
    const rule = RUNS.find(([pattern]) => pattern.test(name));
    if (rule !== undefined) found.set(name, rule[1]);
  }
  return [...found];
}

/** Settings that run a program and of which git takes the first one it finds: nothing can be put in their place. */
export function harmful(names: readonly string[]): string | undefined {
  return names.find((name) => /^remote\..*\.(uploadpack|receivepack)$/s.test(name));
}
