/** A database that has fallen silent, and not gone, must not keep those who ask waiting for as long as it likes. */
import { StorageUnavailable } from "./unavailable.ts";

/** `target`, whose methods, and those of its parts, reject with StorageUnavailable when they take too long. */
export function bounded<T extends object>(target: T, milliseconds: number): T {
  return new Proxy(target, {
    get: (_target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value === "function") {
        return (...given: unknown[]): unknown => {
          const result: unknown = Reflect.apply(value, target, given);
          return result instanceof Promise ? within(result, milliseconds) : result;
        };
      }
      return typeof value === "object" && value !== null ? bounded(value, milliseconds) : value;
    },
  });
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new StorageUnavailable(`the database has not answered within ${milliseconds} ms`)),
    milliseconds,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
