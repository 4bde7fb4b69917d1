/** Bytes of a file that grows: pages, so that growing copies nothing and holes cost nothing. Plain data. */
export interface FileContent {
  length: number;
  /** Page i holds bytes from i * pageBytes; a missing one is a hole. Only the first may be short. */
  pages: (Uint8Array | undefined)[];
}

export const pageBytes = 256 * 1024;
const firstPageBytes = 512;

export const emptyContent = (): FileContent => ({ length: 0, pages: [] });

function writablePage(content: FileContent, index: number, needed: number): Uint8Array {
  const page = content.pages[index];
  if (page !== undefined && page.length >= needed) return page;
  // A small file has one small page; it doubles until it is a whole one.
  let size = index === 0 ? Math.max(page?.length ?? 0, firstPageBytes) : pageBytes;
  while (size < needed) size *= 2;
  const grown = new Uint8Array(Math.min(size, pageBytes));
  if (page !== undefined) grown.set(page);
  while (content.pages.length < index) content.pages.push(undefined);
  content.pages[index] = grown;
  return grown;
}

/** Writes `bytes` at `offset`, growing the file. Quotas are the caller's matter. */
export function writeContent(content: FileContent, offset: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    const at = offset + done;
    const index = Math.floor(at / pageBytes);
    const inPage = at % pageBytes;
    const count = Math.min(bytes.length - done, pageBytes - inPage);
    const page = writablePage(content, index, inPage + count);
    page.set(count === bytes.length ? bytes : bytes.subarray(done, done + count), inPage);
    done += count;
  }
  if (offset + bytes.length > content.length) content.length = offset + bytes.length;
}

/** Reads into `target` from `offset`; returns how many bytes there were. */
export function readContent(content: FileContent, offset: number, target: Uint8Array): number {
  const total = Math.max(0, Math.min(target.length, content.length - offset));
  let done = 0;
  while (done < total) {
    const at = offset + done;
    const inPage = at % pageBytes;
    const count = Math.min(total - done, pageBytes - inPage);
    const page = content.pages[Math.floor(at / pageBytes)];
    const held = page === undefined ? 0 : Math.max(0, Math.min(count, page.length - inPage));
    if (page !== undefined && held > 0) target.set(page.subarray(inPage, inPage + held), done);
    if (held < count) target.fill(0, done + held, done + count);
    done += count;
  }
  return total;
}

/** Cuts or extends with zeros. */
export function resizeContent(content: FileContent, length: number): void {
  if (length < content.length) {
    content.pages.length = Math.min(content.pages.length, Math.ceil(length / pageBytes));
    const last = content.pages[content.pages.length - 1];
    const used = length - (content.pages.length - 1) * pageBytes;
    if (last !== undefined && used < last.length) last.fill(0, used);
  }
  content.length = length;
}

/** The bytes in order, in pieces of at most a page; views of the file itself where that can be. */
export function* contentPieces(content: FileContent): Generator<Uint8Array> {
  for (let offset = 0; offset < content.length; offset += pageBytes) {
    const page = content.pages[offset / pageBytes];
    const length = Math.min(pageBytes, content.length - offset);
    if (page !== undefined && page.length >= length) {
      yield page.subarray(0, length);
      continue;
    }
    const piece = new Uint8Array(length);
    readContent(content, offset, piece);
    yield piece;
  }
}
