/** The process kubelet: runs pods as processes of this machine. */
export { type Kubelet, type KubeletOptions, startKubelet } from "./kubelet.ts";
export type { ImageStore, LocalImage } from "./pod/images.ts";
