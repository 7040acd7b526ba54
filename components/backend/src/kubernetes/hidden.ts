/** What is absent and what is forbidden are the same to a caller. */
import { isForbidden, isNotFound } from "@pilothouse/kubernetes";

export async function unlessHidden<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return undefined;
    throw error;
  }
}
