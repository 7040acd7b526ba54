/** Why a repository could not be cloned, in words that say what to do; git's own follow them. Pure. */

interface Known {
  readonly says: RegExp;
  readonly means: (at: { readonly host: string; readonly branch: string | undefined }) => string;
}

/** The first that fits counts: a broker's own sentence says more than git's about the same answer. */
const KNOWN: readonly Known[] = [
  {
    says: /asks for a credential|refused the credential|is not one of the git hosts/,
    means: ({ host }) => `${host} did not let the project in`,
  },
  {
    says: /could not read Username|Authentication failed|error: 401|Permission denied/i,
    means: ({ host }) =>
      `${host} asks for a credential, and is not among the hosts for which the platform puts the project's in`,
  },
  { says: /error: 403/, means: ({ host }) => `${host} refused access` },
  {
    says: /Remote branch .* not found|couldn't find remote ref/i,
    means: ({ branch }) => `there is no branch ${branch ?? ""}`.trim(),
  },
  {
    says: /not found|error: 404|does not (exist|appear)|not a git repository/i,
    means: () => "there is no such repository, or it is private and the project's credential does not open it",
  },
  {
    says: /Could not resolve host|Failed to connect|Connection (refused|timed out|reset)|unable to connect|Empty reply|error: 5\d\d|early EOF|unexpected disconnect/i,
    means: ({ host }) => `${host} cannot be reached now`,
  },
];

export function cloneReason(words: string, url: string, branch: string | undefined): string {
  const known = KNOWN.find(({ says }) => says.test(words));
  return known === undefined ? words : `${known.means({ host: hostOf(url), branch })} (${words})`;
}

function hostOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).host || "the file system";
  return /^[^@]+@([^:]+):/.exec(url)?.[1] ?? "the host";
}
