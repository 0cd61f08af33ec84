// The door to this folder: a zone of Azure DNS as the activities see it. Loading it loads no vendor SDK.
export { type CredentialChoice, chooseCredential } from './credentials.ts';
export { openAzureZone } from './zone.ts';
export { openAzureZones } from './zones.ts';
