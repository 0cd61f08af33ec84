// Types of paths.mjs, which stays plain JavaScript because it runs before anything is installed.
export const ROOT: string;
export const VERSIONS: {
  node: string;
  nodeMinimum: string;
  temporal: string;
  temporalMinimum: string;
  temporalTestServer: string;
  kubernetes: string;
};
export function cacheDir(env?: NodeJS.ProcessEnv): string;
export function compareVersions(a: string, b: string): number;
export function nodePackage(platform?: string, arch?: string): string;
export function onPath(name: string, env?: NodeJS.ProcessEnv): string | null;
export interface Parts {
  controlPlane: string | null;
  temporalCli: string | null;
  temporalTestServer: string | null;
}
export function findParts(env?: NodeJS.ProcessEnv): Parts;
export function findGatewayCrds(env?: NodeJS.ProcessEnv): string | null;
