/** The sign-in page. */
export const signIn = {
  title: "Sign in to Pilothouse",
  lead: "Open the link that “pilothouse up” printed, or paste a token.",
  tokenLabel: "Access token",
  tokenHint: "Make one with: pilothouse token --user NAME",
  submit: "Sign in",
  signOut: "Sign out",
  problems: {
    code: "This sign-in link was used already, or is too old. Run “pilothouse up” again for a new one, or paste a token.",
    token: "This token was not accepted. Check that it was copied whole and has not expired.",
    backend: "The server behind this page did not answer. Try again in a moment.",
    long: "This token is too long to be kept in a cookie.",
    expired: "Your sign-in has ended. Sign in again to go on.",
  } as Record<string, string>,
} as const;
