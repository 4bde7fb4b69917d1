export type * from './api.ts';
export { createPeer } from './create-peer.ts';
export { largestOfEach, verifyReceipts } from './credit/receipts.ts';
export { joinMesh } from './members/membership-file.ts';
export { agent, peerDefaults } from './defaults.ts';
export { PeerError, type PeerErrorCode } from './errors.ts';
export { tryProgram, type TriedUnit, type TryOptions, type TryReport, type TryRequest } from './try/try-program.ts';
export { engineNamed, enginesFolderOf, listEngines, type EngineView } from './engines.ts';
