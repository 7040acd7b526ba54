import { IntegrationStatus } from "@pilothouse/contracts";
import { z } from "zod";

/** How the services stand that a project has credentials for. */
export const IntegrationStates = z.object({ items: z.array(IntegrationStatus) });
