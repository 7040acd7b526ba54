import { conformance } from "./suite.ts";

conformance("gemini");
