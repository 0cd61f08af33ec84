// The door to this folder: a zone as the activities see it.
export { openRfc2136Zone } from './zone.ts';
