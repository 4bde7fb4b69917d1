import { seededStream, streamOf } from './content.ts';

const MiB = 1024 * 1024;

/** Content with the CIDs that other implementations publish for it under the profile `unixfs-v1-2025`. */
export const fileVectors: { name: string; content: () => AsyncIterable<Uint8Array>; cid: string }[] = [
  { name: 'nothing', content: () => streamOf(), cid: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku' },
  { name: 'hello world', content: () => streamOf('hello', ' world'), cid: 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' },
  { name: 'one leaf', content: () => seededStream(MiB, 'chunk-v1-seed', 100_000), cid: 'bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta' },
  { name: 'a byte more', content: () => seededStream(MiB + 1, 'chunk-v1-seed'), cid: 'bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64' },
];

/** 1024 leaves, and one byte more: slow, for the bench. */
export const largeFileVectors: { bytes: number; seed: string; cid: string }[] = [
  { bytes: 1024 * MiB, seed: 'v1-2025-seed', cid: 'bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm' },
  { bytes: 1024 * MiB + 1, seed: 'v1-2025-seed', cid: 'bafybeibdsi225ugbkmpbdohnxioyab6jsqrmkts3twhpvfnzp77xtzpyhe' },
];

export const emptyDirectoryCid = 'bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354';

/** The largest directory that is one node: files of the one byte `x`, with these names. */
export const largeDirectoryVector = {
  files: 4766,
  nameLength: 11,
  lastNameLength: 21,
  seed: 'hamt-unixfs-v1-2025',
  cid: 'bafybeic3h7rwruealwxkacabdy45jivq2crwz6bufb5ljwupn36gicplx4',
};
