// The door to this folder: a cluster as the activities see it. Loading it loads no vendor SDK.
export { type ConnectOptions, connectCluster, type KubernetesCluster } from './connect.ts';
