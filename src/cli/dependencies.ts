// The real parts behind the commands, each loaded when it is first needed.
import type { Dependencies } from './context.ts';

export const realDependencies: Dependencies = {
  async createClient(options) {
    const { createNaasClient } = await import('../client/index.ts');
    return createNaasClient(options);
  },
  async createProver(who) {
    const { localProver } = await import('../local/prover.ts');
    return localProver(who);
  },
  async createCertificate(who) {
    const { personCertificate } = await import('../local/person-certificate.ts');
    return personCertificate(who);
  },
  async platform(env) {
    // The state file alone: the rest of src/local loads servers and bundlers.
    const { localFiles, readLiveState } = await import('../local/state.ts');
    return (await readLiveState(localFiles(env)))?.platform ?? undefined;
  },
};
