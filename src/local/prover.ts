// Signs as somebody with the key of a local issuer; what `--as` uses. The door through which the CLI reaches it.
export { localProver } from '../providers/proofs/local-issuer.ts';
