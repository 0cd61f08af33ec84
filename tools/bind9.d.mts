export interface Bind9 {
  named: string;
  dig: string;
  nsupdate: string;
  env: NodeJS.ProcessEnv;
}

export function fetchBind9(env: NodeJS.ProcessEnv): Promise<Bind9>;
