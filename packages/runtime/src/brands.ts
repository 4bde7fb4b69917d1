/** A CID in its text form (base32, version 1), as produced by protocol's `cid` module. */
export type Cid = string & { readonly __brand: 'Cid' };

/** A libp2p peer id in its text form (`12D3Koo...`). */
export type PeerId = string & { readonly __brand: 'PeerId' };
