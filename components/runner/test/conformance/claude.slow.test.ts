import { conformance } from "./suite.ts";

conformance("claude");
