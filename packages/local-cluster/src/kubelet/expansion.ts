/** `$(NAME)` references in a container's command, args and env, expanded as the kubelet does. */

/**
 * Replaces `$(NAME)` by the variable's value; `$$` is a literal `$` (so `$$(NAME)` escapes a reference),
 * and a reference to an unknown name stays as it is written.
 */
export function expandReferences(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^()]*)\))/g, (reference, name: string | undefined) =>
    name === undefined ? "$" : (variables.get(name) ?? reference),
  );
}
