export * from './cid.ts';
export { decodeValue, decodeWith, encodeValue, encodeWith, parseValue } from './codec.ts';
export * from './documents/advert.ts';
export * from './documents/checkpoint.ts';
export * from './documents/entry.ts';
export { type Fact, type FactKind, type FactOf } from './documents/facts.ts';
export {
  memberRoles,
  privateMeshName,
  sameBytes,
  sealAdmission,
  sealInvitation,
  openInvitation,
  type Invitation,
  type MeshAuthority,
} from './documents/invitation.ts';
export { jobSpec, sealedResultsAbility, unitCount, type JobSpec, type Resources, type Shard } from './documents/job-spec.ts';
export * from './documents/membership.ts';
export { operatorIn, proveOperator, type OperatorProof } from './documents/operator.ts';
export * from './documents/result.ts';
export * from './documents/revocations.ts';
export * from './documents/sealed-result.ts';
export * from './documents/token.ts';
export { type Opened } from './envelope.ts';
export * from './errors.ts';
export { labelForm, type Reason } from './fields.ts';
export * from './limits.ts';
export * from './messages/codec.ts';
export * from './messages/table.ts';
export * from './peer-id.ts';
export * from './recent.ts';
