/** Signing in at the OpenID Connect provider: out to it, and back with its answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FlowCookies } from "./flow-cookie.ts";
import type { Provider } from "./provider.ts";
import { redirect } from "./redirect.ts";
import { isSecure, localPath } from "./request-origin.ts";
import type { SignInProblem } from "./sign-in.ts";
import type { SignedIn } from "./session-cookie.ts";

export interface ProviderSignInOptions {
  provider: Provider;
  flows: FlowCookies;
  accept: (request: IncomingMessage, response: ServerResponse, session: SignedIn, next: string) => void;
  refuse: (response: ServerResponse, problem: SignInProblem, next: string) => void;
  report: (error: unknown) => void;
}

export function createProviderSignIn({ provider, flows, accept, refuse, report }: ProviderSignInOptions) {
  return {
    /** `GET /login/provider?next=…`. Anybody may cause it: it changes nothing, and ends where the browser began. */
    async begin(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
      const next = localPath(url.searchParams.get("next"));
      try {
        const { location, flow } = await provider.begin();
        response.setHeader("Set-Cookie", flows.keep({ ...flow, next }, { secure: isSecure(request) }));
        redirect(response, location.href);
      } catch (error) {
        report(error);
        refuse(response, "provider", next);
      }
    },

    /** `GET /login/callback?code=…&state=…`: the provider sends the browser here. */
    async finish(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
      const state = url.searchParams.get("state") ?? "";
      const flow = flows.find(request.headers.cookie, state);
      // Begun in another browser, too long ago, or never: an answer that nobody here asked for signs nobody in.
      if (flow === undefined) return refuse(response, "flow", "/");
      response.setHeader("Set-Cookie", flows.forget(state, { secure: isSecure(request) }));
      let session: SignedIn;
      try {
        session = await provider.finish(url.search, flow);
      } catch (error) {
        report(error);
        return refuse(response, url.searchParams.get("error") === "access_denied" ? "denied" : "provider", flow.next);
      }
      accept(request, response, session, flow.next);
    },
  };
}
