// The door to this folder: a cluster as the activities see it. Loading it loads no vendor SDK.
export { connectCluster, type KubernetesCluster } from './connect.ts';
