export function findIstio(env?: NodeJS.ProcessEnv): string | null;
export function buildIstio(env: NodeJS.ProcessEnv): Promise<string>;
